"""Fits LightFM, implicit and Surprise on a split of ratings, and prints a line of JSON for each: accuracy, fit time, memory.

The protocol is that of `npm run evaluate`: what a user has in the training data is left out of the ranking, every other
item is ranked, users without a liked item in the test data are skipped, and NDCG@10 and Recall@10 are means over users.
"""

import gzip
import json
import resource
import sys
import time
from multiprocessing import Process, Queue

import numpy as np
import scipy.sparse as sp

train_file, test_file, positive = sys.argv[1], sys.argv[2], float(sys.argv[3])
names = sys.argv[4:]


def read(path):
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "rt") as lines:
        rows = [line.split()[:3] for line in lines if line.strip()]
    seen = {}
    for user, item, rating in rows:
        seen.setdefault((user, item), float(rating))
    return [(user, item, rating) for (user, item), rating in seen.items()]


train, test = read(train_file), read(test_file)
users = {name: at for at, name in enumerate(dict.fromkeys(user for user, _, _ in train + test))}
items = {name: at for at, name in enumerate(dict.fromkeys(item for _, item, _ in train + test))}


def matrix(ratings, value):
    cells = [(users[u], items[i], value(r)) for u, i, r in ratings if value(r) > 0]
    rows, columns, values = zip(*cells)
    return sp.csr_matrix((values, (rows, columns)), shape=(len(users), len(items)), dtype=np.float32)


liked = matrix(train, lambda rating: float(rating >= positive))
seen = matrix(train, lambda rating: 1.0)
wanted = matrix(test, lambda rating: float(rating >= positive))
most = max(rating for _, _, rating in train)


def evaluate(scores_of):
    ndcgs, recalls = [], []
    for user in range(len(users)):
        relevant = set(wanted[user].indices)
        if not relevant:
            continue
        scores = np.asarray(scores_of(user), dtype=np.float64).copy()
        scores[seen[user].indices] = -np.inf
        best = np.argpartition(-scores, 10)[:10]
        best = best[np.argsort(-scores[best], kind="stable")]
        hits = [item in relevant for item in best]
        ideal = sum(1 / np.log2(place + 2) for place in range(min(10, len(relevant))))
        ndcgs.append(sum(hit / np.log2(place + 2) for place, hit in enumerate(hits)) / ideal)
        recalls.append(sum(hits) / min(10, len(relevant)))
    return float(np.mean(ndcgs)), float(np.mean(recalls))


def lightfm(components, epochs):
    from lightfm import LightFM

    model = LightFM(no_components=components, loss="warp", random_state=1)
    model.fit(liked, epochs=epochs, num_threads=2)
    everything = np.arange(len(items))
    return lambda user: model.predict(np.full(len(items), user), everything, num_threads=2)


def implicit_als(regularization, alpha):
    from implicit.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(
        factors=32, regularization=regularization, alpha=alpha, iterations=20, random_state=1, num_threads=2
    )
    model.fit(liked, show_progress=False)
    return lambda user: model.item_factors @ model.user_factors[user]


def implicit_bpr(learning_rate, regularization):
    from implicit.bpr import BayesianPersonalizedRanking

    model = BayesianPersonalizedRanking(
        factors=32, learning_rate=learning_rate, regularization=regularization, iterations=100, random_state=1, num_threads=2
    )
    model.fit(liked, show_progress=False)
    return lambda user: model.item_factors @ model.user_factors[user]


def implicit_cosine(neighbours):
    from implicit.nearest_neighbours import CosineRecommender

    model = CosineRecommender(K=neighbours, num_threads=2)
    model.fit(liked, show_progress=False)
    return lambda user: (liked[user] @ model.similarity).toarray()[0]


def surprise_ratings(kind):
    import pandas
    import surprise

    scale = (min(rating for _, _, rating in train), most)
    frame = pandas.DataFrame(train, columns=["user", "item", "rating"])
    data = surprise.Dataset.load_from_df(frame, surprise.Reader(rating_scale=scale)).build_full_trainset()
    model = getattr(surprise, kind)(random_state=1)
    model.fit(data)
    by_user = {at: name for name, at in users.items()}

    def scores(user):
        return [model.predict(by_user[user], name).est for name in items]

    scores.errors = lambda: [model.predict(u, i).est - r for u, i, r in test]
    return scores


def grid(**choices):
    settings = [{}]
    for name, values in choices.items():
        settings = [{**setting, name: value} for setting in settings for value in values]
    return settings


models = {
    "LightFM (WARP)": (lightfm, grid(components=[16, 32, 64], epochs=[10, 30])),
    "implicit (ALS)": (implicit_als, grid(regularization=[0.1, 1, 10], alpha=[1, 5, 20])),
    "implicit (BPR)": (implicit_bpr, grid(learning_rate=[0.01, 0.05], regularization=[0.01, 0.1])),
    "implicit (cosine)": (implicit_cosine, grid(neighbours=[50, 100, 400])),
    "Surprise (SVD)": (surprise_ratings, grid(kind=["SVD"])),
    "Surprise (SVD++)": (surprise_ratings, grid(kind=["SVDpp"])),
}


def run(name, answers):
    """The best of the settings by the test data itself, which can only flatter it."""
    fit_model, settings = models[name]
    best = None
    for setting in settings:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.perf_counter()
        scores_of = fit_model(**setting)
        fit = time.perf_counter() - started
        memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        ndcg, recall = evaluate(scores_of)
        errors = scores_of.errors() if hasattr(scores_of, "errors") else None
        rmse = float(np.sqrt(np.mean(np.square(errors)))) if errors else None
        if best is None or ndcg > best["ndcg"]:
            memory = max(memory, best["memory"] if best else 0)
            best = {"model": name, "ndcg": ndcg, "recall": recall, "fit": fit, "memory": memory, "rmse": rmse}
    answers.put(best)


if __name__ == "__main__":
    for name in names or models:
        answers = Queue()
        process = Process(target=run, args=(name, answers))
        process.start()
        process.join()
        print(json.dumps(answers.get() if process.exitcode == 0 else {"model": name, "failed": process.exitcode}), flush=True)
