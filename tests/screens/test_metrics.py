"""Metrics, health and log lines of a process, and that none of them is about one voter."""

import json
import logging
import re
import shutil
import signal
import subprocess
import sys

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from testigo import logs
from testigo.errors import StorageError
from testigo.screens.metrics import of_machine
from testigo.station.booth.booth import Booth
from testigo.station.machine.batches import note_rest
from testigo.web.metrics import MetricsServer, nothing_more


def scraped(port):
    answer = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False)
    assert answer.status_code == 200
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_metrics_and_health_on_a_port_of_their_own():
    with MetricsServer(0, "inbox", nothing_more) as server:
        names = {name for name, *_ in scraped(server.port)}
        assert names == {"testigo_info", "testigo_start_time_seconds"}  # nothing of how busy the process is
        health = httpx.get(f"http://127.0.0.1:{server.port}/healthz", trust_env=False)
        assert health.json() == {"status": "ok", "role": "inbox"}
        assert httpx.get(f"http://127.0.0.1:{server.port}/", trust_env=False).status_code == 404
        with pytest.raises(StorageError, match="--metrics-port"):
            MetricsServer(server.port, "inbox", nothing_more)


@pytest.fixture
def folder(open_station, tmp_path):
    """The booth of an open station."""
    return shutil.copytree(open_station[0], tmp_path / "station") / "booth"


def test_booth_gives_counters_of_a_batch_and_its_state(folder):
    with Booth(folder, None) as booth, MetricsServer(0, "booth", of_machine(booth)) as server:
        assert not [name for name, *_ in scraped(server.port) if name == "testigo_counter"]
        note_rest(booth.folder.log, 12, {"printed": 14, "spoiled_reasons": {"mistake": 2}})
        found = scraped(server.port)
        assert found["testigo_counter", ("counter", "printed"), ("reason", "")] == 14
        assert found["testigo_counter", ("counter", "spoiled_reasons"), ("reason", "mistake")] == 2
        assert found["testigo_machine_state", ("state", booth.state)] == 1


def error_with_a_document():
    raise KeyError("1000" + "0337")


@pytest.mark.parametrize("form", ["text", "json"])
def test_log_lines_hold_the_place_of_an_error_and_not_what_it_quotes(form, capsys):
    logs.set_up(form, "warning")
    logger = logging.getLogger("testigo.web")
    logger.info("not written")
    try:
        error_with_a_document()
    except KeyError:
        logger.exception("defect at %s", "insert_card")
    written = capsys.readouterr().err
    assert "error_with_a_document" in written and "KeyError" in written and "defect at insert_card" in written
    assert "10000337" not in written and "not written" not in written
    if form == "json":
        (line,) = written.splitlines()
        read = json.loads(line)
        assert read["level"] == "error" and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", read["time"])
    logs.set_up()


def test_a_process_logs_its_start_and_end_and_answers_for_its_health(folder):
    lines = ["--log-format", "json", "--log-level", "info"]
    options = [str(folder), "--printer", f"folder:{folder / 'slips'}", "--port", "0", "--metrics-port", "0"]
    command = [sys.executable, "-m", "testigo", *lines, "station", "serve", "booth", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        said = [json.loads(process.stderr.readline())]
        metrics = re.search(r"http://127\.0\.0\.1:\d+", said[0]["message"])[0]
        assert httpx.get(f"{metrics}/healthz", trust_env=False).json()["role"] == "booth"
        said.append(json.loads(process.stderr.readline()))
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=120)
        said += map(json.loads, rest.splitlines())
    assert process.returncode == 0
    assert [line["message"].split(" at ")[0] for line in said] == [
        "metrics of the booth", "the booth serves", "the booth has stopped",
    ]  # fmt: skip
