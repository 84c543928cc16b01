"""The API of inference: serializers and views; the router stands in styleweb/api.py."""
