FROM node:22-slim AS build
WORKDIR /plaza
COPY package.json package-lock.json ./
COPY client/package.json client/
COPY web/console/package.json web/console/
COPY web/storefront/package.json web/storefront/
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm run build:docs

# What the server needs and nothing that only builds: no workspaces, no types, no source maps.
FROM node:22-slim AS dependencies
WORKDIR /plaza
COPY package.json package-lock.json ./
RUN npm pkg delete workspaces \
  && npm ci --omit=dev --no-audit --no-fund \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.md' -o -name '*.flow' \) -delete

FROM node:22-slim
ENV NODE_ENV=production HOST=0.0.0.0 PLAZA_DATA_DIR=/data
WORKDIR /plaza
COPY package.json ./
COPY schema schema
COPY --from=dependencies /plaza/node_modules node_modules
COPY --from=build /plaza/dist dist
COPY --from=build /plaza/web/console/dist web/console/dist
COPY --from=build /plaza/web/docs/dist web/docs/dist
COPY --from=build /plaza/web/playground/dist web/playground/dist
COPY --from=build /plaza/web/storefront/dist web/storefront/dist
RUN mkdir /data && chown node:node /data && chmod 700 /data
USER node:node
VOLUME /data
EXPOSE 4000
HEALTHCHECK --interval=10s --start-period=60s CMD ["node", "-e", "fetch('http://127.0.0.1:4000/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
