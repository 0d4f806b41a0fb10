# The exchange of a node: Debian's Asterisk (its stable releases carry none) and what renders its configuration.
FROM debian:forky-slim
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN apt-get update \
    && apt-get install -y --no-install-recommends asterisk ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
# The same number as in app.Dockerfile: both write the shared home.
RUN useradd --uid 10001 --home-dir /var/lib/callcenter --create-home callcenter \
    && python3 -m venv /opt/callcenter
WORKDIR /src
COPY requirements.txt ./
RUN /opt/callcenter/bin/pip install --require-hashes -r requirements.txt
COPY setup.cfg pyproject.toml README.md ./
COPY recordings recordings
COPY ivr ivr
COPY callcenter callcenter
RUN /opt/callcenter/bin/pip install --no-deps --no-build-isolation . && rm -rf /src/*
ENV PATH=/opt/callcenter/bin:$PATH CALLCENTER_HOME=/var/lib/callcenter CALLCENTER_LOG_FORMAT=json
USER callcenter
WORKDIR /var/lib/callcenter
VOLUME /var/lib/callcenter
ENTRYPOINT ["callcenter"]
CMD ["asterisk", "serve"]
