# One image for every process of Mandate: the command says which (docs/distributed.md). The server runs its TypeScript as it is, so
# there is nothing to build; only what is needed at run time is installed.
FROM node:24-slim AS packages
WORKDIR /mandate
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM node:24-slim
WORKDIR /mandate
# The data folder belongs to the account that runs the processes; a named volume takes this over when it is first mounted.
RUN mkdir /data && chown node:node /data
COPY --from=packages /mandate/node_modules node_modules
COPY package.json ./
COPY lib lib
COPY schema schema
COPY storage storage
COPY policies policies
COPY orchestration orchestration
COPY workflows workflows
COPY subgraphs subgraphs
COPY connectors connectors
COPY gateway gateway
COPY processes processes
COPY cli cli
USER node
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 MANDATE_DATA=/data
EXPOSE 4000
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "gateway/main.ts"]
