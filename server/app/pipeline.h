// Runs one trading day: feeds, rings, core, journal, ZeroMQ publisher, and their threads.
#pragma once

#include <absl/status/statusor.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "calc/broadcast_ring.h"
#include "calc/engine.h"
#include "calc/latest_table.h"
#include "calc/sequencer.h"
#include "feedhandlers/market/symbol_table.h"
#include "feedhandlers/session/feed.h"
#include "server/app/agents.h"
#include "server/app/event_log.h"
#include "server/app/fx_sources.h"
#include "server/app/ring_sinks.h"
#include "server/journal/journal_file.h"
#include "server/settings/config.h"
#include "server/view/agent_thread.h"
#include "server/view/control_port.h"
#include "server/view/server_view.h"
#include "server/zmq/publisher.h"

namespace indexcast::server {

// Returns the number of threads that always spin under a configuration. `serve` refuses more of
// them than the machine has processors.
unsigned spinning_threads(const Config& config);

class Pipeline {
 public:
  // Opens the feeds' sockets and every file that the configuration names. Throws std::exception
  // with the address or path when one cannot be opened. `publish` is the socket for levels over
  // ZeroMQ, null if disabled. `publish` and `service` outlive the pipeline. `clock` is the receive
  // clock of the day.
  Pipeline(const Config& config, std::shared_ptr<const Universe> universe, Date trade_date,
           ZmqSocket* publish, const ServiceState& service, Clock clock = {});
  ~Pipeline() { stop(); }

  // Publishes the start levels and lets the threads run.
  void start();
  // Ends the day without loss of an accepted input, which is one that the sequencer numbered: the
  // feeds stop reading, the core empties its rings and publishes deferred levels, the journal takes
  // the last input, and the publisher sends the last level. Each step ends after kDrainNs at the
  // latest, and logs the work that is left.
  void stop();

  // Builds the engine for another definition set of the day, for an `activate` request. Returns the
  // number of the set. The set has the instruments and series of the start of the day. Returns
  // ResourceExhausted after kMaxStaged sets of which none came into force. Called by one thread at
  // a time.
  absl::StatusOr<std::uint32_t> stage(std::shared_ptr<const Universe> next);
  // The definitions in force.
  std::shared_ptr<const Universe> definitions() const {
    return definition_sets_.at(core_counters_.definition_set());
  }

  const ServerView& view() const { return view_; }
  const Clock& clock() const { return clock_; }
  // Used by the one thread that hands in operators' requests.
  ControlPort& control_port() { return control_port_; }
  // Returns the number of inputs that the sequencer numbered. Called before start() or after
  // stop().
  std::uint64_t inputs() const { return sequencer_->input_sequence(); }
  // Null when disabled.
  const ZmqPublisher* zmq() const { return zmq_.get(); }
  const JournalWriter* journal() const { return journal_.get(); }

 private:
  void open_journal(const JournalSettings& settings);
  void open_feeds(const Config& config);
  void add_feed(const Config& config, std::unique_ptr<FeedRingSink> sink,
                std::unique_ptr<feed::Feed> feed, feed::FeedCounters& counters);
  void add_tcp_feeds(const Config& config);
  void add_hkex_feed(const Config& config);
  void add_fx_sources(const Config& config);
  void add_fx_source(const FxSettings& fx, std::uint32_t rank, SeriesId series);
  void assign_threads(const Config& config);

  // A staged engine is as large as the running one, and a request for it may still be pending.
  static constexpr std::size_t kMaxStaged = 8;
  static constexpr std::int64_t kDrainNs = 5 * kNsPerSecond;

  Clock clock_;
  std::shared_ptr<const Universe> universe_;
  DefinitionSets definition_sets_;
  std::vector<MarketEvent> opening_;
  BroadcastRing ring_;
  BroadcastRing event_ring_;
  LatestTable latest_;
  CoreCounters core_counters_;
  std::atomic<std::uint64_t> core_turns_{0};
  BroadcastSink sink_;
  EngineSettings engine_settings_;
  std::map<std::uint32_t, std::unique_ptr<Engine>> engines_;  // by number of the definition set
  std::unique_ptr<JournalWriter> journal_;
  std::unique_ptr<Sequencer> sequencer_;
  std::vector<std::unique_ptr<FeedRingSink>> feed_sinks_;
  std::unique_ptr<feed::SymbolTable> sse_symbols_;
  std::unique_ptr<feed::SymbolTable> szse_symbols_;
  std::unique_ptr<feed::SymbolTable> hkex_symbols_;
  std::vector<std::unique_ptr<feed::Feed>> feeds_;
  std::vector<std::unique_ptr<FeedDay>> feed_days_;  // in the order of feeds_
  // Rates of every source; one thread reads them all. A file is read again when it is full, and of
  // a flood of messages the newest wait in ZeroMQ or are lost there.
  SpscRing<MarketEvent> fx_ring_{1024};
  std::unique_ptr<ZmqPublisher> zmq_;
  ServerView view_;

  ReaderWakers readers_;
  // With one_core the core's thread carries the feeds too.
  std::vector<std::unique_ptr<Agent>> agents_;
  AgentThread core_thread_;
  ControlPort control_port_{core_thread_.waker()};
  AgentThread publish_thread_;
  AgentThread journal_thread_;
  ClockWatch clock_watch_{clock_};
  AgentThread aux_thread_;
  std::vector<std::unique_ptr<AgentThread>> feed_threads_;
  bool stopped_ = false;
};

}  // namespace indexcast::server
