"""Fits implicit's ALS and LightFM on a file of ratings, and prints a line of JSON for each: seconds, of the clock and of the processor, and megabytes."""

import json
import resource
import sys
import time

import numpy as np
import scipy.sparse as sp

ratings = np.fromfile(sys.argv[1], dtype=np.uint32).reshape(-1, 3)
users, items = ratings[:, 0].max() + 1, ratings[:, 1].max() + 1
liked = ratings[ratings[:, 2] >= 4]
matrix = sp.csr_matrix((np.ones(len(liked), dtype=np.float32), (liked[:, 0], liked[:, 1])), shape=(users, items))


def implicit_als():
    from implicit.als import AlternatingLeastSquares

    return lambda: AlternatingLeastSquares(factors=32, iterations=20, random_state=1, num_threads=2).fit(matrix, show_progress=False)


def lightfm():
    from lightfm import LightFM

    return lambda: LightFM(no_components=32, loss="warp", random_state=1).fit(matrix, epochs=20, num_threads=2)


for name, prepare in (("implicit: ALS, 32 factors, 20 sweeps", implicit_als), ("LightFM: WARP, 32 factors, 20 epochs", lightfm)):
    fit = prepare()
    started, cpu = time.perf_counter(), time.process_time()
    fit()
    elapsed, cpu = time.perf_counter() - started, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"model": name, "fit": elapsed, "cpu": cpu, "memory": memory}), flush=True)
