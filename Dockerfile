# Build:  docker build -t draftsmith .      (Podman drops the health check unless told `--format docker`)
# Run:    docker run --init -p 3000:3000 --env-file .env -e HOST=0.0.0.0 -e DRAFTSMITH_DATA_DIR=/data -v draftsmith:/data \
#           -v "$PWD/key.pem:/run/key.pem:ro" -e PRIVATE_KEY_PATH=/run/key.pem --stop-timeout 30 \
#           --security-opt seccomp=docker/seccomp.json --security-opt apparmor=unconfined --security-opt systempaths=unconfined draftsmith
# A .env made from the example names this machine's address and folder; the two variables before the volume stand above it.
# The three security options let the sandbox make user namespaces and mount its own /proc; docs/operating.md says why and what they open.
# With PostgreSQL, and the two roles apart: compose.yaml.
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY tools ./tools
RUN npm ci
COPY tsconfig.json ./
COPY src ./src
RUN npm run build

FROM node:24-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends bubblewrap ca-certificates git python3 ripgrep socat \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY tools/node ./tools/node
# The image has its own Node; the locked one for developers is an optional dependency.
RUN npm ci --omit=dev --omit=optional && npm cache clean --force
COPY --from=build /build/dist ./dist
COPY app.yml ./
RUN mkdir /data && chown node:node /data
USER node
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DRAFTSMITH_DATA_DIR=/data
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# A small young generation: the idle service takes 25 MB less.
CMD ["node", "--max-semi-space-size=2", "dist/main.js"]
