"""Rate limits: token buckets in memory and in Redis, and the limit of concurrent requests."""
