"""The API of gallery: serializers and views; the router stands in styleweb/api.py."""
