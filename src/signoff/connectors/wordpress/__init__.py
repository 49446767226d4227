"""WordPress sites through their REST API. Facts with their sources: docs/platforms/wordpress.md."""
