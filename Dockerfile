# The worker and the command line. Node runs the TypeScript as it is; only production dependencies are installed.
# glibc, not musl: the Temporal SDK's core is a glibc library.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts
COPY src ./src
# Once here, and not at each start of a worker: the bundler takes seconds, and more memory than all the work after it.
RUN node src/worker/bundle-workflows.ts > workflows.js \
 && node src/worker/bundle-workflows.ts --encode-failures > workflows-encrypted.js

FROM node:24.21.0-bookworm-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
# Workers that encrypt histories (GEM_ATS_SYNC_CODEC_KEY) take the other one: /app/workflows-encrypted.js.
ENV GEM_ATS_SYNC_WORKFLOW_BUNDLE=/app/workflows.js
# Health and metrics, for whoever reaches the container.
ENV GEM_ATS_SYNC_HTTP_ADDRESS=0.0.0.0:9464
# See src/embedded/worker-process.ts.
ENV MALLOC_ARENA_MAX=1
EXPOSE 9464
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/workflows.js /app/workflows-encrypted.js ./
COPY package.json ./
COPY src ./src
COPY bin ./bin
RUN ln -s /app/bin/gem-ats-sync.cjs /usr/local/bin/gem-ats-sync
# By its number, so that Kubernetes can tell that it is not root: the user `node`.
USER 1000
# Whether the process is alive. PostgreSQL or Temporal being away is no reason to replace it: /readyz tells that.
HEALTHCHECK --interval=10s --timeout=6s --retries=3 --start-period=30s \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.GEM_ATS_SYNC_HTTP_ADDRESS.split(':').pop()}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Neither a shell nor npm in between: the worker must hear SIGTERM itself.
CMD ["node", "--max-semi-space-size=16", "--heap-growing-percent=60", "src/worker.ts"]
