# The processes web, worker, spool and ivr, and the commands.
FROM node:22-slim AS browser
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY callcenter/web/vendor.mjs callcenter/web/
RUN npm run vendor

FROM python:3.12-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /opt/callcenter
COPY requirements.txt ./
RUN /opt/callcenter/bin/pip install --require-hashes -r requirements.txt
COPY setup.cfg pyproject.toml README.md ./
COPY recordings recordings
COPY ivr ivr
COPY callcenter callcenter
COPY --from=browser /src/callcenter/static/vendor callcenter/static/vendor
RUN /opt/callcenter/bin/pybabel compile --directory callcenter/translations \
    && /opt/callcenter/bin/pip install --no-deps --no-build-isolation .

FROM python:3.12-slim
# espeak-ng and sox speak the prompts.
RUN apt-get update \
    && apt-get install -y --no-install-recommends espeak-ng sox \
    && rm -rf /var/lib/apt/lists/*
# The same number as in asterisk.Dockerfile: both write the shared home.
RUN useradd --uid 10001 --home-dir /var/lib/callcenter --create-home callcenter
COPY --from=build /opt/callcenter /opt/callcenter
ENV PATH=/opt/callcenter/bin:$PATH CALLCENTER_HOME=/var/lib/callcenter CALLCENTER_LOG_FORMAT=json
USER callcenter
WORKDIR /var/lib/callcenter
VOLUME /var/lib/callcenter
ENTRYPOINT ["callcenter"]
CMD ["web"]
