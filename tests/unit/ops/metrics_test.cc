#include <gmock/gmock.h>

#include <charconv>
#include <random>
#include <regex>
#include <set>
#include <sstream>

#include "server/ops/exposition.h"
#include "server/view/latency_histogram.h"
#include "tests/support/core_stub.h"

namespace indexcast::server {
namespace {

TEST(LatencyHistogram, bucketsAreContiguousAndNarrow) {
  for (std::size_t bucket = 0; bucket + 1 < LatencyHistogram::kBuckets; ++bucket) {
    const std::uint64_t highest = LatencyHistogram::highest_in(bucket);
    ASSERT_EQ(LatencyHistogram::bucket_of(highest), bucket);
    ASSERT_EQ(LatencyHistogram::bucket_of(highest + 1), bucket + 1);
    const std::uint64_t next = LatencyHistogram::highest_in(bucket + 1);
    ASSERT_LE(static_cast<double>(next - highest), 1.0 + 0.0079 * static_cast<double>(next));
  }
  EXPECT_EQ(LatencyHistogram::highest_in(LatencyHistogram::kBuckets - 1),
            LatencyHistogram::kHighest);
  EXPECT_GE(LatencyHistogram::kHighest, 60'000'000'000u);
}

TEST(LatencyHistogram, percentilesFollowTheSortedSample) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::lognormal_distribution<double> shape(10.0, 2.0);
  LatencyHistogram histogram;
  std::vector<std::int64_t> sample;
  for (int i = 0; i < 20'000; ++i) {
    sample.push_back(static_cast<std::int64_t>(shape(random)));
    histogram.record(sample.back());
  }
  std::ranges::sort(sample);
  const auto snapshot = histogram.snapshot();
  EXPECT_EQ(snapshot->count(), sample.size());
  for (const double percent : {0.01, 50.0, 90.0, 99.0, 99.9, 100.0}) {
    const auto rank =
        static_cast<std::size_t>(std::ceil(percent / 100 * static_cast<double>(sample.size())));
    const auto exact = static_cast<double>(sample[rank - 1]);
    EXPECT_NEAR(static_cast<double>(snapshot->percentile_ns(percent)), exact, 1 + 0.008 * exact);
  }
  EXPECT_EQ(snapshot->max_ns(), static_cast<std::uint64_t>(sample.back()));
}

TEST(LatencyHistogram, keepsTheEnds) {
  LatencyHistogram histogram;
  EXPECT_EQ(histogram.snapshot()->percentile_ns(99), 0u);
  histogram.record(-5);
  histogram.record(1'000'000'000'000);
  const auto snapshot = histogram.snapshot();
  EXPECT_EQ(snapshot->count(), 2u);
  EXPECT_EQ(snapshot->percentile_ns(50), 0u);
  EXPECT_EQ(snapshot->max_ns(), 1'000'000'000'000u);
  EXPECT_EQ(snapshot->count_below_power(10), 1u);
  EXPECT_EQ(snapshot->count_below_power(36), 2u);
}

class Exposition : public testing::Test {
 protected:
  std::string text() { return metrics_text({core_.view(), {&publisher_}, {&clients_}}); }
  CoreStub core_;
  PublisherStats publisher_{"zeromq"};
  ClientStats clients_;
};

// The grammar of the text format, line by line: every sample belongs to the family above it, no
// sample stands twice.
TEST_F(Exposition, parses) {
  core_.publish(0, 10'123'456);
  publisher_.tick_to_publish.record(5000);
  const std::regex sample(
      R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? ([^ ]+))re");
  std::set<std::string> seen;
  std::string family;
  std::istringstream lines(text());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# HELP ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_GT(line.size(), 8 + family.size()) << "no help text: " << line;
      EXPECT_THAT(family, testing::StartsWith("indexcast_"));
      continue;
    }
    if (line.starts_with("# TYPE ")) continue;
    std::smatch match;
    ASSERT_TRUE(std::regex_match(line, match, sample)) << line;
    EXPECT_THAT(match[1].str(), testing::StartsWith(family));
    EXPECT_TRUE(seen.insert(match[1].str() + match[2].str()).second) << "twice: " << line;
    EXPECT_NO_THROW(static_cast<void>(std::stod(match[4].str()))) << line;
  }
  EXPECT_GT(seen.size(), 80u);
}

TEST_F(Exposition, tellsWhatWasCounted) {
  core_.publish(0, 10'123'456);
  core_.sse.own_counters().add(feed::FeedCounter::applied, 7);
  core_.hkex.set_state(FeedState::recovering);
  core_.sse_ring.try_push({});
  publisher_.levels.add(3);
  publisher_.tick_to_publish.record(1500);
  publisher_.tick_to_publish.record(3'000'000);
  clients_.closed_slow.add();
  const std::string all = text();
  for (const char* line : {
           "indexcast_feed_applied_total{feed=\"sse\"} 7\n",
           "indexcast_feed_state{feed=\"hkex\",state=\"recovering\"} 1\n",
           "indexcast_feed_state{feed=\"hkex\",state=\"live\"} 0\n",
           "indexcast_feed_ring_depth_events{feed=\"sse\"} 1\n",
           "indexcast_feed_ring_capacity_events{feed=\"sse\"} 8\n",
           "indexcast_core_levels_published_total 1\n",
           "indexcast_index_level{code=\"995365\"} 1012.3456\n",
           "indexcast_index_status{code=\"995365\",status=\"open\"} 1\n",
           "indexcast_index_sequence{code=\"995365\"} 1\n",
           "indexcast_publisher_levels_total{publisher=\"zeromq\"} 3\n",
           "indexcast_publisher_lag_records{publisher=\"zeromq\"} 1\n",
           "indexcast_tick_to_publish_seconds_count{publisher=\"zeromq\"} 2\n",
           "indexcast_tick_to_publish_seconds_bucket{publisher=\"zeromq\",le=\"2.048e-06\"} 1\n",
           "indexcast_client_closed_slow_total 1\n",
       }) {
    EXPECT_THAT(all, testing::HasSubstr(line));
  }
}

}  // namespace
}  // namespace indexcast::server
