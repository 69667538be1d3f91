# The worker and the command line. Node runs the TypeScript as it is; only production dependencies are installed.
# glibc, not musl: the Temporal SDK's core is a glibc library.
FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:24.21.0-bookworm-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
# Health and metrics, for whoever reaches the container.
ENV GEM_ATS_SYNC_HTTP_ADDRESS=0.0.0.0:9464
EXPOSE 9464
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY src ./src
RUN ln -s /app/src/cli.ts /usr/local/bin/gem-ats-sync && chmod +x src/cli.ts
USER node
# Neither a shell nor npm in between: the worker must hear SIGTERM itself.
CMD ["node", "--max-semi-space-size=8", "src/worker.ts"]
