// How long a tick of one index waits behind a tick of an instrument that many indices hold: from
// the admission of the hot tick until the other index's level stands in the ring, on the same feed
// and on another one, through sequencer, engine, table and ring.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "calc/sequencer.h"
#include "server/app/ring_sinks.h"
#include "server/view/latency_histogram.h"
#include "tests/support/baskets.h"

namespace indexcast::server {
namespace {

constexpr InstrumentId kHot = 0;
constexpr int kMembers = 10;
// Hot ticks that wait in the feed's ring in front of the other tick.
constexpr int kBurst = 20;

// `holders` indices of ten members hold the hot instrument; the last index holds only its own.
Universe universe_of(int holders) {
  const auto synthetic = [](int id) {
    return test::member(std::to_string(id) + ".X", 0, "CNY", "10.00", "1000000");
  };
  std::vector<IndexDefinition> definitions;
  for (int i = 0; i < holders; ++i) {
    std::vector<Member> members{synthetic(kHot)};
    for (int m = 1; m < kMembers; ++m) members.push_back(synthetic((i * 7 + m) % 4'999 + 1));
    definitions.push_back(test::index(std::to_string(i), std::move(members)));
  }
  definitions.push_back(test::index("other", {synthetic(5'000)}));
  return Universe(std::move(definitions));
}

// The server's own sink, which also notes when the level of one index stood in the ring.
class TimingSink final : public RecordSink {
 public:
  TimingSink(RecordSink& sink, Clock clock, IndexId awaited)
      : sink_(&sink), clock_(clock), awaited_(awaited) {}

  void write(LevelUpdate& update) override {
    sink_->write(update);
    if (update.header.id == awaited_) written_ = clock_.now();
  }
  void write(const Record& record) override { sink_->write(record); }
  TimeNs written() const { return written_; }

 private:
  RecordSink* sink_;
  Clock clock_;
  IndexId awaited_;
  TimeNs written_{};
};

class Core {
 public:
  explicit Core(int holders)
      : universe_(universe_of(holders)),
        other_(universe_.find_instrument("5000.X")),
        sink_(broadcast_, clock_, static_cast<IndexId>(holders)) {
    sequencer_.add_ring(feed_);
    sequencer_.add_ring(other_feed_);
    engine_.start();
  }

  // `hot` ticks of the hot instrument, then one of the other on the same feed or on the next one.
  std::int64_t wait_ns(int hot, bool same_feed) {
    for (int i = 0; i < hot; ++i) push(feed_, kHot);
    push(same_feed ? feed_ : other_feed_, other_);
    const TimeNs admitted = clock_.now();
    while (sink_.written() < admitted) sequencer_.poll(admitted);
    const std::int64_t waited = sink_.written() - admitted;
    while (sequencer_.poll(admitted) > 0) continue;
    return waited;
  }

 private:
  void push(SpscRing<MarketEvent>& ring, InstrumentId id) {
    MarketEvent event;
    event.kind = EventKind::price;
    event.detail = static_cast<std::uint8_t>(PriceKind::last);
    event.instrument = id;
    event.value[0] = 10'000'000 + ++ticks_ % 1'000 * 100;
    ring.try_push(event);
  }

  Universe universe_;
  InstrumentId other_;
  Clock clock_;
  BroadcastRing ring_;
  BroadcastRing event_ring_;
  LatestTable latest_{universe_.indices().size()};
  BroadcastSink broadcast_{ring_, event_ring_, latest_, clock_};
  TimingSink sink_;
  CoreCounters counters_;
  Engine engine_{universe_, {}, sink_, counters_};
  Sequencer sequencer_{engine_, nullptr, kNsPerSecond};
  SpscRing<MarketEvent> feed_{1 << 10};
  SpscRing<MarketEvent> other_feed_{1 << 10};
  std::int64_t ticks_ = 0;
};

void measure(Core& core, int holders, int hot, bool same_feed, int rounds) {
  LatencyHistogram histogram;
  for (int i = 0; i < rounds; ++i) histogram.record(core.wait_ns(hot, same_feed));
  const auto snapshot = histogram.snapshot();
  const auto us = [&](double percent) {
    return static_cast<double>(snapshot->percentile_ns(percent)) / 1000.0;
  };
  fmt::print("{:>7} {:>9} {:>11} {:>9.2f} {:>9.2f} {:>9.2f}\n", holders, hot,
             same_feed ? "same" : "other", us(50), us(90), us(99));
}

}  // namespace
}  // namespace indexcast::server

int main(int argc, char** argv) {
  using namespace indexcast::server;
  int rounds = 2'000;
  CLI::App app("The wait behind a tick that many indices hear");
  app.add_option("--rounds", rounds, "of each case");
  CLI11_PARSE(app, argc, argv);
  fmt::print("{:>7} {:>9} {:>11} {:>9} {:>9} {:>9}\n", "holders", "hot ticks", "other's feed",
             "p50 us", "p90 us", "p99 us");
  for (const int holders : {3, 1'000, 10'000}) {
    const auto core = std::make_unique<Core>(holders);
    for (const int hot : {0, 1, kBurst}) {
      measure(*core, holders, hot, true, rounds / (hot + 1));
      measure(*core, holders, hot, false, rounds / (hot + 1));
    }
  }
}
