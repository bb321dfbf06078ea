"""Measuring and showing: error rates over a set of impressions, their intervals, charts and pictures."""
