FROM node:20-slim AS build
WORKDIR /plaza
COPY package.json package-lock.json ./
COPY client/package.json client/
COPY web/storefront/package.json web/storefront/
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm run build:docs && npm prune --omit=dev --no-audit --no-fund

FROM node:20-slim
ENV NODE_ENV=production HOST=0.0.0.0 PLAZA_DATA_DIR=/data
WORKDIR /plaza
COPY --from=build /plaza/package.json ./
COPY --from=build /plaza/node_modules node_modules
COPY --from=build /plaza/schema schema
COPY --from=build /plaza/dist dist
COPY --from=build /plaza/web web
RUN mkdir /data && chown node:node /data && chmod 700 /data
USER node:node
VOLUME /data
EXPOSE 4000
HEALTHCHECK --interval=10s --start-period=60s CMD ["node", "-e", "fetch('http://127.0.0.1:4000/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
