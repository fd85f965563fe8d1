"""Fits LightFM, implicit, Cornac and Surprise on a split of ratings, and prints a line of JSON for each: accuracy, fit time, memory.

The protocol is that of `npm run evaluate`: what a user has in the training data is left out of the ranking, every other
item is ranked, users without a liked item in the test data are skipped, and NDCG@10 and Recall@10 are means over users.
The setting of each is chosen on a fifth of the training data, held out at random, the same for all; then it is fitted on all
of the training data.
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
scale = (min(rating for _, _, rating in train), max(rating for _, _, rating in train))


def matrix(ratings, value):
    cells = [(users[u], items[i], value(r)) for u, i, r in ratings if value(r) > 0]
    rows, columns, values = zip(*cells)
    return sp.csr_matrix((values, (rows, columns)), shape=(len(users), len(items)), dtype=np.float32)


class Part:
    """What a model learns from, and what it should find."""

    def __init__(self, known, hidden):
        self.known, self.hidden = known, hidden
        self.liked = matrix(known, lambda rating: float(rating >= positive))
        self.seen = matrix(known, lambda rating: 1.0)
        self.wanted = matrix(hidden, lambda rating: float(rating >= positive))

    def evaluate(self, scores_of):
        """NDCG@10 and Recall@10 of every user with something to find."""
        ndcgs, recalls = [], []
        for user in range(len(users)):
            relevant = set(self.wanted[user].indices)
            if not relevant:
                continue
            scores = np.asarray(scores_of(user), dtype=np.float64).copy()
            scores[self.seen[user].indices] = -np.inf
            best = np.argpartition(-scores, 10)[:10]
            best = best[np.argsort(-scores[best], kind="stable")]
            hits = [item in relevant for item in best]
            ideal = sum(1 / np.log2(place + 2) for place in range(min(10, len(relevant))))
            ndcgs.append(sum(hit / np.log2(place + 2) for place, hit in enumerate(hits)) / ideal)
            recalls.append(sum(hits) / min(10, len(relevant)))
        return np.array(ndcgs), np.array(recalls)


is_hidden = np.random.default_rng(1).random(len(train)) < 0.2
validation = Part([row for row, hide in zip(train, is_hidden) if not hide], [row for row, hide in zip(train, is_hidden) if hide])
whole = Part(train, test)


def interval(values):
    """95 % of the means of 1,000 resamples of the users."""
    random = np.random.default_rng(1)
    means = [values[random.integers(0, len(values), len(values))].mean() for _ in range(1000)]
    return {"mean": float(values.mean()), "low": float(np.quantile(means, 0.025)), "high": float(np.quantile(means, 0.975))}


def lightfm(part, components, epochs):
    from lightfm import LightFM

    model = LightFM(no_components=components, loss="warp", random_state=1)
    model.fit(part.liked, epochs=epochs, num_threads=2)
    everything = np.arange(len(items))
    return lambda user: model.predict(np.full(len(items), user), everything, num_threads=2)


def implicit_als(part, regularization, alpha):
    from implicit.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(
        factors=32, regularization=regularization, alpha=alpha, iterations=20, random_state=1, num_threads=2
    )
    model.fit(part.liked, show_progress=False)
    return lambda user: model.item_factors @ model.user_factors[user]


def implicit_bpr(part, learning_rate, regularization):
    from implicit.bpr import BayesianPersonalizedRanking

    model = BayesianPersonalizedRanking(
        factors=32, learning_rate=learning_rate, regularization=regularization, iterations=100, random_state=1, num_threads=2
    )
    model.fit(part.liked, show_progress=False)
    return lambda user: model.item_factors @ model.user_factors[user]


def implicit_cosine(part, neighbours):
    from implicit.nearest_neighbours import CosineRecommender

    model = CosineRecommender(K=neighbours, num_threads=2)
    model.fit(part.liked, show_progress=False)
    return lambda user: (part.liked[user] @ model.similarity).toarray()[0]


def surprise_ratings(part, kind, factors, regularization):
    import pandas
    import surprise

    frame = pandas.DataFrame(part.known, columns=["user", "item", "rating"])
    data = surprise.Dataset.load_from_df(frame, surprise.Reader(rating_scale=scale)).build_full_trainset()
    model = getattr(surprise, kind)(n_factors=factors, reg_all=regularization, random_state=1)
    model.fit(data)
    return Ratings(part, lambda user, item: model.predict(user, item).est)


def cornac_model(part, kind, ratings=False, **setting):
    import cornac

    known = part.known if ratings else [(u, i, 1.0) for u, i, r in part.known if r >= positive]
    data = cornac.data.Dataset.from_uir(known, seed=1)
    model = getattr(cornac.models, kind)(verbose=False, seed=1, **setting)
    model.fit(data)
    names = list(users)
    places = np.array([items[name] for name in data.iid_map])

    def scores(user):
        own = data.uid_map.get(names[user])
        found = np.full(len(items), -1e9)
        if own is not None:
            found[places] = model.score(own)[: len(places)]
        return found

    if not ratings:
        return scores

    def rating(user, item):
        own, other = data.uid_map.get(user), data.iid_map.get(item)
        return data.global_mean if own is None or other is None else np.clip(model.score(own, other), *scale)

    return Ratings(part, rating)


class Ratings:
    """A model that expects ratings: it is judged by these, and not by a ranking that it is not made for."""

    def __init__(self, part, rating):
        self.rmse = float(np.sqrt(np.mean([(rating(u, i) - r) ** 2 for u, i, r in part.hidden])))


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
    "Cornac (EASE)": (cornac_model, grid(kind=["EASE"], lamb=[50, 150, 500, 1500], posB=[True, False])),
    "Cornac (BPR)": (cornac_model, grid(kind=["BPR"], k=[32], num_threads=[1], learning_rate=[0.01, 0.05], lambda_reg=[0.001, 0.01])),
    "Cornac (MF)": (cornac_model, grid(kind=["MF"], ratings=[True], k=[10, 32], learning_rate=[0.01, 0.05], lambda_reg=[0.02, 0.1])),
    "Surprise (SVD)": (surprise_ratings, grid(kind=["SVD"], factors=[20, 100], regularization=[0.02, 0.1])),
    "Surprise (SVD++)": (surprise_ratings, grid(kind=["SVDpp"], factors=[20], regularization=[0.02, 0.1])),
}


def worth(scores_of):
    """What a setting is chosen by: what a model is made for."""
    return -scores_of.rmse if isinstance(scores_of, Ratings) else validation.evaluate(scores_of)[0].mean()


def run(name, answers):
    fit_model, settings = models[name]
    started = time.process_time()
    best = max(settings, key=lambda setting: worth(fit_model(validation, **setting)))
    tuning = time.process_time() - started
    started = time.process_time()
    scores_of = fit_model(whole, **best)
    fit = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    chosen = ", ".join(f"{key} {value}" for key, value in best.items() if len({str(other[key]) for other in settings}) > 1)
    line = {"model": f"{name}: {chosen}", "fit": fit, "tuning": tuning, "memory": memory}
    if isinstance(scores_of, Ratings):
        answers.put({**line, "rmse": scores_of.rmse})
    else:
        ndcg, recall = whole.evaluate(scores_of)
        answers.put({**line, "ndcg": interval(ndcg), "recall": interval(recall)})


if __name__ == "__main__":
    for name in names or models:
        answers = Queue()
        process = Process(target=run, args=(name, answers))
        process.start()
        process.join()
        print(json.dumps(answers.get() if process.exitcode == 0 else {"model": name, "failed": process.exitcode}), flush=True)
