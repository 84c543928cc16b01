"""The API of gallery: serializers and views. The router is in styleweb/api.py."""
