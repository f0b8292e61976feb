"""Languages, dates, countries, codes and their labels: plain Python, no models."""
