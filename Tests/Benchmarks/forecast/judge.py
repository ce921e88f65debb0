#!/usr/bin/env python3
"""Judges the load forecast from outside: against ETS of statsforecast and two simple ways.

Origins are the midnights of the last eight weeks of a series, 24 hours ahead. Prints lines
`name|value|unit|direction|limit` for Deploy/benchmark, which compares and prints them.

The simple ways: the same hour a week ago (seasonal-naive, 168 h), and the median of the same hour of the last five
weeks. ETS: AutoETS with a season of 24 hours, fitted anew at every origin on the four weeks before it.
"""

import argparse
import csv
import datetime
import math
import random
import statistics
import subprocess
import sys

DAYS = 56
PACKAGES = "statsforecast"


def check():
    try:
        import numpy  # noqa: F401
        from statsforecast.models import AutoETS  # noqa: F401
    except ImportError as error:
        sys.exit(
            f"the forecast's judge needs the Python package {PACKAGES} ({error}). To install it beside the system's Python:\n"
            f"  python3 -m venv ~/weir-judge && ~/weir-judge/bin/pip install {PACKAGES}\n"
            "  WEIR_PYTHON=~/weir-judge/bin/python Deploy/benchmark --only forecast"
        )


def steel(data, column):
    """A year of a steel works by hour, from a Monday on. A stamp 00:00 ends its day, so rows are in order."""
    with open(f"{data}/steel-energy.csv", encoding="utf-8-sig", newline="") as file:
        quarters = [float(row[column]) for row in list(csv.reader(file))[1:]]
    return [sum(quarters[place : place + 4]) for place in range(0, len(quarters), 4)]


def machine(data):
    """Temperature of a machine: no work of the week in it. Means of hours, from Monday 2013-12-09 on."""
    start = datetime.datetime(2013, 12, 9)
    hours = {}
    with open(f"{data}/machine_temperature_system_failure.csv", newline="") as file:
        for row in csv.DictReader(file):
            place = (datetime.datetime.fromisoformat(row["timestamp"]) - start).total_seconds() // 3600
            hours.setdefault(int(place), []).append(float(row["value"]))
    end = max(hours)
    return [statistics.mean(hours[hour]) if hour in hours else math.nan for hour in range(end)]


def made_up(kind):
    """Plants on paper, the same ones every time."""
    chance = random.Random(kind)
    series, drift, weather, level = [], 0.0, 0.0, 200.0
    for hour in range(24 * 7 * 26):
        day, of_day = hour // 24, hour % 24
        drift = 0.8 * drift + 0.6 * chance.gauss(0, 1)
        if of_day == 0:
            weather = 0.9 * weather + 0.15 * chance.gauss(0, 1)
        if kind == "two shifts, Saturday one":
            works = 6 <= of_day < 22 if day % 7 < 5 else day % 7 == 5 and 6 <= of_day < 14
            series.append((200 if works else 50) * (1 + 0.06 * drift))
        elif kind == "office building by the weather":
            works = day % 7 < 5 and 8 <= of_day < 19
            load = 30 + 40 * works + 15 * math.sin((of_day - 9) / 24 * 2 * math.pi)
            series.append(max(1, load * (1 + 0.6 * weather) * (1 + 0.04 * drift)))
        elif kind == "pump station, every day alike":
            series.append(60 + 30 * math.sin((of_day - 6) / 24 * 2 * math.pi) + 5 * drift)
        elif kind == "random walk":
            level = abs(level + 2 * chance.gauss(0, 1))
            series.append(level)
    return series


def weeks_median(series, hour):
    values = [series[hour - 168 * week] for week in range(1, 6) if hour >= 168 * week]
    values = [value for value in values if not math.isnan(value)]
    return statistics.median(values) if values else math.nan


def ets(series, origin):
    import numpy
    from statsforecast.models import AutoETS

    seen = list(series[max(0, origin - 672) : origin])
    for place, value in enumerate(seen):
        if math.isnan(value):
            seen[place] = seen[place - 1] if place > 0 else 0.0
    return AutoETS(season_length=24).forecast(y=numpy.array(seen), h=24)["mean"]


def forecasts(bench, folder, series):
    path = f"{folder}/series.txt"
    with open(path, "w") as file:
        file.writelines("\n" if math.isnan(value) else f"{value:.6f}\n" for value in series)
    # Of a short series so many midnights as leave two weeks to learn from.
    days = min(DAYS, len(series) // 24 - 15)
    output = subprocess.run([bench, "forecast", path, str(days)], check=True, capture_output=True, text=True)
    sys.stderr.write(output.stderr)
    found = {}
    for line in output.stdout.splitlines():
        origin, _, point, low, high = line.split(",")
        found.setdefault(int(origin), []).append((float(point), float(low), float(high)))
    return found


def judge(bench, folder, series):
    """Mean absolute errors by way of forecasting, and the share of hours within the interval."""
    series = series[: len(series) // 24 * 24]
    errors = {"weir": [], "week": [], "median": [], "ets": []}
    inside = []
    for origin, said in sorted(forecasts(bench, folder, series).items()):
        from_ets = ets(series, origin)
        for lead, (point, low, high) in enumerate(said):
            hour = origin + lead
            actual = series[hour]
            if math.isnan(actual):
                continue
            week = series[hour - 168]
            for name, value in zip(errors, (point, week, weeks_median(series, hour), float(from_ets[lead]))):
                if not math.isnan(value):
                    errors[name].append(abs(value - actual))
            inside.append(low <= actual <= high)
    means = {name: statistics.mean(values) for name, values in errors.items()}
    return means, statistics.mean(inside)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help="only look for the Python packages")
    parser.add_argument("--bench", help="the program weir-bench")
    parser.add_argument("--folder", help="where the series are written")
    parser.add_argument("--data", help="where steel-energy.csv and machine_temperature_system_failure.csv are")
    parser.add_argument("--series", type=int, default=8, help="only the first so many series")
    options = parser.parse_args()
    check()
    if options.check:
        return
    made = ["two shifts, Saturday one", "office building by the weather", "pump station, every day alike", "random walk"]
    series = [("steel works", steel(options.data, 1)), ("its lagging reactive energy", steel(options.data, 2))]
    series += [("machine temperature", machine(options.data))]
    series += [(kind, made_up(kind)) for kind in made]
    series += [("steel works, first half-year", series[0][1][: 26 * 168])]
    for name, values in series[: options.series]:
        means, inside = judge(options.bench, options.folder, values)
        best = min((means[way], way) for way in ("week", "median", "ets"))
        ways = ", ".join(f"{way} {mean:.3f}" for way, mean in means.items())
        print(f"{name}: {ways}; inside {inside:.3f}", file=sys.stderr, flush=True)
        print(f"forecast, {name}, error beside the best ({best[1]})|{means['weir'] / best[0]:.3f}||most|1.05")
        if name == "steel works":
            print(f"forecast, {name}, error beside a week ago|{means['weir'] / means['week']:.3f}||most|0.74")
            print(f"forecast, {name}, in the 80 % interval|{100 * inside:.1f}|%|least|75")
            print(f"forecast, {name}, not in the 80 % interval|{100 - 100 * inside:.1f}|%|least|12")
        else:
            print(f"forecast, {name}, in the 80 % interval|{100 * inside:.1f}|%")


if __name__ == "__main__":
    main()
