// A copy of sample/compose.yaml, the manifest of the sample application; a test compares them.
export const SAMPLE = `# The manifest of the sample tenant application: an ordinary Compose file.
#
# \`sample/image\` builds the image; then either
#   docker compose --file sample/compose.yaml up       runs it on one machine, or
#   tidemark deploy sample/compose.yaml ...            opens a lease for it.
name: tidemark-sample

services:
  front:
    image: tidemark-sample:latest
    command: ["front"]
    environment:
      LISTEN: "0.0.0.0:8080"
      BACK_URL: "http://back:8081"
      GREETING: "The tide is in."
    ports:
      - "8080"
    volumes:
      - "visits:/data"
    healthcheck:
      test: ["CMD", "/sample", "health", "http://127.0.0.1:8080/health"]
      interval: 1s
      timeout: 5s
      retries: 3
      start_period: 5s
    depends_on:
      - back
    read_only: true
    stop_grace_period: 2s

  back:
    image: tidemark-sample:latest
    command: ["back"]
    environment:
      LISTEN: "0.0.0.0:8081"
    healthcheck:
      test: ["CMD", "/sample", "health", "http://127.0.0.1:8081/health"]
      interval: 1s
      timeout: 5s
      retries: 3
      start_period: 5s
    read_only: true
    stop_grace_period: 2s

volumes:
  visits: {}

# Two thresholds are easy to follow with the eye. Without this key the lease gets the default policy, which here decides
# beside it, to be compared (\`tidemark explain\`).
x-tidemark:
  scaling:
    policy: threshold
    shadow: default
`
