# dropferry with Debian's Chromium, as an ordinary user. Everything it keeps lies in /data.
FROM debian:bookworm-slim AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY requirements.lock ./
# Every package is held against its hash once; what follows takes from these files alone.
RUN python3 -m venv /opt/build \
 && /opt/build/bin/pip wheel --no-cache-dir --require-hashes --wheel-dir /wheels --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY flows flows
COPY selectors selectors
COPY tests/recorded tests/recorded
RUN /opt/build/bin/pip wheel --no-index --find-links /wheels --no-deps --wheel-dir /wheels . \
 && python3 -m venv /opt/dropferry \
 && /opt/dropferry/bin/pip install --no-index --find-links /wheels --no-compile dropferry

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      ca-certificates chromium fonts-dejavu-core fonts-liberation python3 tini tzdata xvfb \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --create-home --shell /usr/sbin/nologin dropferry \
 && install --directory --mode 0700 --owner dropferry --group dropferry /data
COPY --from=build /opt/dropferry /opt/dropferry
ENV DROPFERRY_HOME=/data \
    PATH=/opt/dropferry/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /data
VOLUME /data
# The step at hand is finished and the browser closed before it ends.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5m --timeout=30s --start-period=2m CMD ["dropferry", "service", "status"]
ENTRYPOINT ["/usr/bin/tini", "--", "dropferry"]
CMD ["run"]
