"""``python -m tests.contracts.golden``: write the samples that are missing."""

from tests.contracts.golden import write_missing_samples

if __name__ == "__main__":
    for path in write_missing_samples():
        print(path.name)
