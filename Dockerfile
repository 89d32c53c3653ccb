# Plixo in a small image: nothing but Python, the locked libraries and the code; runs as a user without rights.
FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /opt/plixo
COPY requirements.lock ./
RUN /opt/plixo/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN /opt/plixo/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    # what the lock holds for development only
    && /opt/plixo/bin/pip uninstall --yes \
       axe-playwright-python grimp hypothesis import-linter mypy pip-audit playwright pytest pytest-asyncio \
       pytest-timeout pytest-xdist ruff setuptools types-psutil zensical

FROM python:3.11-slim
# letters for names on receipts and statements that the fonts of typst lack: Chinese, Japanese, Korean, Thai, Tamil …
# (Apache-2.0 and OFL, 46 MB)
RUN apt-get update && apt-get install --yes --no-install-recommends fonts-droid-fallback fonts-noto-core \
    && rm -rf /var/lib/apt/lists/*
# a volume that is mounted there is given to whom the folder belongs
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/plixo plixo \
    && install --directory --owner=plixo --group=plixo --mode=0700 /var/lib/plixo/plixo-data
COPY --from=build /opt/plixo /opt/plixo
USER plixo
WORKDIR /var/lib/plixo
ENV PATH=/opt/plixo/bin:$PATH PYTHONUNBUFFERED=1 PLIXO_PORTAL_HOST=0.0.0.0 PLIXO_INBOUND_HOST=0.0.0.0
EXPOSE 8080 8025
ENTRYPOINT ["plixo"]
CMD ["run"]
