# One image for every part: `serve` (the default), `migrate`, and the rest of the command line.
# It expects a database in DATABASE_URL; the embedded one is for development.

FROM python:3.11-slim AS build
WORKDIR /build
RUN python -m venv /opt/shipledger
COPY requirements.txt .
RUN /opt/shipledger/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY domain domain
COPY projections projections
COPY infra infra
COPY interfaces interfaces
RUN /opt/shipledger/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/shipledger shipledger
COPY --from=build /opt/shipledger /opt/shipledger
ENV PATH=/opt/shipledger/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SHIPLEDGER_HOST=0.0.0.0 \
    SHIPLEDGER_PORT=8000 \
    SHIPLEDGER_DATA_DIR=/var/lib/shipledger \
    SHIPLEDGER_LOG_FORMAT=json
USER shipledger
WORKDIR /var/lib/shipledger
VOLUME /var/lib/shipledger
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/api/v1/ready', timeout=2)"]
ENTRYPOINT ["shipledger"]
CMD ["serve"]
