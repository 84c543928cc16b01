"""The API of library: serializers and views. The router is in styleweb/api.py."""
