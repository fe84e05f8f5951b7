import pytest

from domain.identity.rules import delivery_password_faults, tracker_password_faults


def test_the_tracker_names_every_rule_that_a_password_breaks() -> None:
    assert tracker_password_faults("Correct1horse") == ()
    assert len(tracker_password_faults("")) == 4


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("Short1pass", "12 characters"),
        ("correct1horse", "uppercase"),
        ("CORRECT1HORSE", "lowercase"),
        ("Correct-horse", "number"),
        ("Aa1" + "x" * 1022, "at most 1024"),
    ],
)
def test_the_tracker_asks_for_length_both_cases_and_a_digit(password: str, fault: str) -> None:
    (text,) = tracker_password_faults(password)
    assert fault in text


def test_delivery_asks_for_eight_characters() -> None:
    assert delivery_password_faults("8 of any") == ()
    assert delivery_password_faults("7 chars") == ("Password must be at least 8 characters",)
    assert len(delivery_password_faults("x" * 1025)) == 1
