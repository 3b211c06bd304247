# syntax=docker/dockerfile:1
# The image of nextitem: serves by default, and trains too (docker run ... nextitem train ...).
# Every stage is the same Debian, so that the library built in one loads in another.
ARG NODE_IMAGE=node:22-bookworm-slim

# --- compiled TypeScript -------------------------------------------------------------------------------------------
FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm install --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY web ./web
RUN npm run build
COPY bin ./bin

# --- LightGBM, from source, for training ---------------------------------------------------------------------------
FROM build AS lightgbm
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates cmake g++ make \
    && rm -rf /var/lib/apt/lists/*
# The cache keeps the built library between image builds: a change of our code does not compile LightGBM again.
RUN --mount=type=cache,target=/root/.npm --mount=type=cache,target=/cache,sharing=locked \
    XDG_CACHE_HOME=/cache node bin/nextitem.js lightgbm install \
    && mkdir -p /opt/lightgbm \
    && cp /cache/nextitem/lightgbm-*-linux-"$(node -p process.arch)"/lib_lightgbm.so /opt/lightgbm/

# --- production dependencies only ----------------------------------------------------------------------------------
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm install --omit=dev --ignore-scripts --no-audit --no-fund

# --- what runs -----------------------------------------------------------------------------------------------------
FROM ${NODE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="nextitem" \
      org.opencontainers.image.description="Session-based product recommendations, served in milliseconds" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

# libgomp1: LightGBM's threads. tini: passes signals on and reaps children where the platform starts no init of its own.
# The user's number is fixed, so that the owner of a mounted folder can be set to it.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libgomp1 tini \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 nextitem \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin nextitem \
    && install -d -o 10001 -g 10001 /data /data/artifacts /data/state

WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=lightgbm /opt/lightgbm /opt/lightgbm
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY bin ./bin

# No API_PORT here: it would win over the PORT that some platforms set.
ENV NODE_ENV=production \
    ARTIFACTS_PATH=/data/artifacts \
    STATE_PATH=/data/state \
    LIGHTGBM_LIB=/opt/lightgbm/lib_lightgbm.so

# Commands that write next to where they run (training's own files go to ./artifacts/work) stay inside the volumes.
WORKDIR /data
# Nothing else is written to: the root file system may be read-only, with a small tmpfs on /tmp.
VOLUME ["/data/artifacts", "/data/state"]
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.API_PORT || process.env.PORT || 8000}/health`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

ENTRYPOINT ["/usr/bin/tini", "--", "node", "/app/bin/nextitem.js"]
CMD ["serve"]
