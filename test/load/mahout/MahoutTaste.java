import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.mahout.cf.taste.impl.common.FastByIDMap;
import org.apache.mahout.cf.taste.impl.model.GenericDataModel;
import org.apache.mahout.cf.taste.impl.model.GenericPreference;
import org.apache.mahout.cf.taste.impl.model.GenericUserPreferenceArray;
import org.apache.mahout.cf.taste.impl.neighborhood.NearestNUserNeighborhood;
import org.apache.mahout.cf.taste.impl.recommender.GenericBooleanPrefItemBasedRecommender;
import org.apache.mahout.cf.taste.impl.recommender.GenericBooleanPrefUserBasedRecommender;
import org.apache.mahout.cf.taste.impl.recommender.GenericItemBasedRecommender;
import org.apache.mahout.cf.taste.impl.recommender.GenericUserBasedRecommender;
import org.apache.mahout.cf.taste.impl.similarity.LogLikelihoodSimilarity;
import org.apache.mahout.cf.taste.impl.similarity.PearsonCorrelationSimilarity;
import org.apache.mahout.cf.taste.model.DataModel;
import org.apache.mahout.cf.taste.model.Preference;
import org.apache.mahout.cf.taste.model.PreferenceArray;
import org.apache.mahout.cf.taste.recommender.IDRescorer;
import org.apache.mahout.cf.taste.recommender.RecommendedItem;
import org.apache.mahout.cf.taste.recommender.Recommender;

/**
 * Mahout's item and user recommenders (Taste) on a split. The neighbourhood's size is chosen on a fifth of the training data. Prints
 * a line of JSON for each. Arguments: train, test, and from which rating on an item counts as liked.
 */
public class MahoutTaste {
  record Rating(long user, long item, float value) {}

  interface Maker {
    Recommender make(DataModel all, DataModel liked, int neighbours) throws Exception;
  }

  record Figures(double ndcg, double recall, Double rmse) {}

  static final int K = 10;
  static final int[] SIZES = {10, 25, 50, 100, 200, 400};

  public static void main(String[] arguments) throws Exception {
    List<Rating> train = read(arguments[0]);
    List<Rating> test = read(arguments[1]);
    float positive = Float.parseFloat(arguments[2]);
    Map<String, Maker> makers = new HashMap<>();
    makers.put("user-based, log-likelihood", (all, liked, n) -> {
      var similarity = new LogLikelihoodSimilarity(liked);
      return new GenericBooleanPrefUserBasedRecommender(liked, new NearestNUserNeighborhood(n, similarity, liked), similarity);
    });
    makers.put("user-based, Pearson", (all, liked, n) -> {
      var similarity = new PearsonCorrelationSimilarity(all);
      return new GenericUserBasedRecommender(all, new NearestNUserNeighborhood(n, similarity, all), similarity);
    });
    makers.put("item-based, log-likelihood", (all, liked, n) ->
        new GenericBooleanPrefItemBasedRecommender(liked, new LogLikelihoodSimilarity(liked)));
    makers.put("item-based, Pearson", (all, liked, n) -> new GenericItemBasedRecommender(all, new PearsonCorrelationSimilarity(all)));
    for (var entry : makers.entrySet()) {
      int neighbours = entry.getKey().startsWith("item") ? 0 : bestSize(entry.getValue(), train, positive);
      long before = usedMemory();
      long start = System.nanoTime();
      Recommender recommender = build(entry.getValue(), train, positive, neighbours);
      Figures figures = evaluate(recommender, train, test, positive, !entry.getKey().contains("log-likelihood"));
      double seconds = (System.nanoTime() - start) / 1e9;
      double megabytes = Math.max(0, usedMemory() - before) / 1048576.0;
      String size = neighbours == 0 ? "" : ", " + neighbours + " neighbours";
      System.out.printf(
          java.util.Locale.ROOT,
          "{\"model\":\"Mahout (%s%s)\",\"ndcg\":%.6f,\"recall\":%.6f,\"rmse\":%s,\"fit\":%.3f,\"memory\":%.1f}%n",
          entry.getKey(), size, figures.ndcg, figures.recall, figures.rmse, seconds, megabytes);
    }
  }

  static List<Rating> read(String path) throws Exception {
    List<Rating> ratings = new ArrayList<>();
    try (var lines = new BufferedReader(new InputStreamReader(new GZIPInputStream(new FileInputStream(path))))) {
      for (String line; (line = lines.readLine()) != null;) {
        String[] fields = line.trim().split("\\s+");
        if (fields.length >= 3) ratings.add(new Rating(Long.parseLong(fields[0]), Long.parseLong(fields[1]), Float.parseFloat(fields[2])));
      }
    }
    return ratings;
  }

  static int bestSize(Maker maker, List<Rating> train, float positive) throws Exception {
    Random random = new Random(1);
    List<Rating> rest = new ArrayList<>();
    List<Rating> held = new ArrayList<>();
    for (Rating rating : train) (random.nextDouble() < 0.2 ? held : rest).add(rating);
    int best = SIZES[0];
    double most = -1;
    for (int size : SIZES) {
      double ndcg = evaluate(build(maker, rest, positive, size), rest, held, positive, false).ndcg;
      if (ndcg > most) {
        most = ndcg;
        best = size;
      }
    }
    return best;
  }

  static Recommender build(Maker maker, List<Rating> train, float positive, int neighbours) throws Exception {
    List<Rating> liked = train.stream().filter(rating -> rating.value >= positive).toList();
    return maker.make(modelOf(train), modelOf(liked), neighbours);
  }

  static DataModel modelOf(List<Rating> ratings) {
    Map<Long, List<Preference>> byUser = new HashMap<>();
    for (Rating rating : ratings)
      byUser.computeIfAbsent(rating.user, user -> new ArrayList<>()).add(new GenericPreference(rating.user, rating.item, rating.value));
    FastByIDMap<PreferenceArray> preferences = new FastByIDMap<>();
    byUser.forEach((user, own) -> preferences.put(user, new GenericUserPreferenceArray(own)));
    return new GenericDataModel(preferences);
  }

  /** Everything that a user has in the training data is left out; users whom Taste does not know get an empty list. */
  static Figures evaluate(Recommender recommender, List<Rating> train, List<Rating> test, float positive, boolean rates) throws Exception {
    Map<Long, Set<Long>> known = new HashMap<>();
    for (Rating rating : train) known.computeIfAbsent(rating.user, user -> new HashSet<>()).add(rating.item);
    Map<Long, Set<Long>> wanted = new HashMap<>();
    for (Rating rating : test)
      if (rating.value >= positive) wanted.computeIfAbsent(rating.user, user -> new HashSet<>()).add(rating.item);
    double ndcg = 0;
    double recall = 0;
    for (var entry : wanted.entrySet()) {
      List<Long> list = listFor(recommender, entry.getKey(), known.getOrDefault(entry.getKey(), Set.of()));
      double gain = 0;
      double ideal = 0;
      int hits = 0;
      for (int rank = 0; rank < K; rank++) {
        double discount = Math.log(2) / Math.log(rank + 2);
        if (rank < entry.getValue().size()) ideal += discount;
        if (rank < list.size() && entry.getValue().contains(list.get(rank))) {
          gain += discount;
          hits++;
        }
      }
      ndcg += gain / ideal;
      recall += hits / (double) Math.min(K, entry.getValue().size());
    }
    return new Figures(ndcg / wanted.size(), recall / wanted.size(), rates ? rmse(recommender, train, test) : null);
  }

  static List<Long> listFor(Recommender recommender, long user, Set<Long> known) throws Exception {
    IDRescorer rescorer = new IDRescorer() {
      @Override
      public double rescore(long item, double score) {
        return score;
      }

      @Override
      public boolean isFiltered(long item) {
        return known.contains(item);
      }
    };
    try {
      return recommender.recommend(user, K, rescorer).stream().map(RecommendedItem::getItemID).toList();
    } catch (org.apache.mahout.cf.taste.common.NoSuchUserException unknown) {
      return List.of();
    }
  }

  /** Where Taste expects nothing, the mean of the training data counts. */
  static double rmse(Recommender recommender, List<Rating> train, List<Rating> test) throws Exception {
    double mean = train.stream().mapToDouble(Rating::value).average().orElse(0);
    double squares = 0;
    for (Rating rating : test) {
      double expected = Double.NaN;
      try {
        expected = recommender.estimatePreference(rating.user, rating.item);
      } catch (org.apache.mahout.cf.taste.common.TasteException unknown) {
        // A user or an item that is not in the training data.
      }
      squares += Math.pow((Double.isNaN(expected) ? mean : expected) - rating.value, 2);
    }
    return Math.sqrt(squares / test.size());
  }

  static long usedMemory() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
