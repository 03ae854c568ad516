# One image for web, worker, beat and migrations; docker-compose.yml says which command each runs.

FROM python:3.11-slim AS frontend
WORKDIR /app
COPY requirements/frontend.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/frontend.txt
COPY package.json package-lock.json .npmrc frontend.py ./
RUN python frontend.py

# --build-arg PACKAGES=parquet: with what writes exports as Parquet, 170 MB more.
FROM python:3.11-slim AS packages
ARG PACKAGES=run
COPY requirements/${PACKAGES}.txt requirements/
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/${PACKAGES}.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 FILES_DIR=/files
RUN useradd --uid 10001 --no-create-home barometer && install --directory --owner barometer /files
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
COPY --from=frontend /app/barometer/static/dkfds barometer/static/dkfds
# The settings refuse to load without keys, and these two commands use none: zeros for this line only.
RUN export DJANGO_SECRET_KEY=build DATABASE_URL=sqlite://:memory: CELERY_BROKER_URL=memory:// \
    SITE_URL=http://localhost DEFAULT_FROM_EMAIL=build@example.org \
    SAMPLING_KEY=0000000000000000000000000000000000000000000000000000000000000000 \
    LINK_KEYS=0:0000000000000000000000000000000000000000000000000000000000000000 \
    && python manage.py compile_catalogues && python manage.py collectstatic --noinput
USER barometer
VOLUME /files
EXPOSE 8000
CMD ["gunicorn", "barometer.wsgi"]
