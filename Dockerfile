# One image for all containers. docker-compose.yml says which command each container runs.
FROM python:3.11-slim-bookworm AS build

# More arguments for pip, e.g. the index of the CPU builds of PyTorch, which are ten times smaller.
ARG PIP_ARGS=""

WORKDIR /app
RUN python -m venv /venv
COPY pyproject.toml constraints.txt scripts/list_requirements.py ./
# Only the dependencies, so that a change of the sources does not rebuild this layer.
# hadolint ignore=SC2086
RUN --mount=type=cache,target=/pip \
    /venv/bin/python list_requirements.py prod > requirements.txt \
    && PIP_CACHE_DIR=/pip /venv/bin/pip install --disable-pip-version-check \
    -c constraints.txt ${PIP_ARGS} -r requirements.txt

FROM python:3.11-slim-bookworm

ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    OMP_WAIT_POLICY=PASSIVE \
    PYTHONPATH=/app \
    STYLEWEB_DATA=/data \
    STYLEWEB_WEIGHTS_DIR=/data/weights

# For captions below pictures: letters of most scripts.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-dejavu-core fonts-droid-fallback \
    && rm -rf /var/lib/apt/lists/*

RUN groupadd --system --gid 10001 styleweb \
    && useradd --system --uid 10001 --gid 10001 --home-dir /app --shell /usr/sbin/nologin styleweb \
    && install --directory --owner=styleweb --group=styleweb /data
WORKDIR /app
COPY --from=build /venv /venv
COPY --chown=root:root . .

USER 10001:10001
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "styleweb.wsgi"]
