"""The API of library: serializers and views; the router stands in styleweb/api.py."""
