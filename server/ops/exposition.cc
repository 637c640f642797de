#include "server/ops/exposition.h"

#include <array>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include "server/ops/families.h"
#include "server/ops/feed_metrics.h"
#include "server/view/enum_names.h"

namespace indexcast::server {
namespace {
constexpr double kNsToSeconds = 1e-9;
// 1.024 us .. 68.7 s, a power of two apart: the histogram's own boundaries, so the counts are
// exact.
constexpr int kFirstBucketBit = 10;
constexpr int kLastBucketBit = LatencyHistogram::kTopBit + 1;

constexpr std::array<std::string_view, kCoreCounterCount> kCoreHelp{
    "Inputs that changed a price.",
    "Prices that changed freshness, kind or volume only.",
    "Prices below a better one already held.",
    "Prices outside their collar, which wait for a confirmation.",
    "Prices that were never usable.",
    "Quotes that were never usable: a crossed book, or a side that could be no price.",
    "Exchange rates applied.",
    "Exchange rates that nothing follows: fixed, frozen, or of a source of lower rank.",
    "Exchange rates beyond the guard, which wait for an operator.",
    "Exchange rates that were never usable.",
    "Phases, statuses, quotes, feed states, timers and rules applied.",
    "Operators' requests carried out.",
    "Operators' requests refused.",
    "Operators' requests of which only the effects were said.",
    "Inputs that named something unknown.",
    "Levels published.",
    "Divisions redone natively because the estimate was off.",
    "Prices and states of channels beyond the core's table of channels.",
    "Markets that ended without all of their closing prices.",
    "Markets that traded though the calendar said that they were shut.",
    "Prices and rates that waited and were taken after all.",
    "Prices and rates that waited and were refused.",
    "Prices inside their collar that moved a level too far at once.",
    "Closing prices that came or changed after a level closed without them."};
static_assert(!kCoreHelp.back().empty(), "every core counter needs its help text");

void add_core(const ServerView& view, Families& out) {
  for (std::size_t c = 0; view.core != nullptr && c < kCoreCounterCount; ++c)
    out.one_counter("indexcast_core_" + std::string(kCoreCounterNames[c]) + "_total",
                    std::string(kCoreHelp[c]), view.core->get(static_cast<CoreCounter>(c)));
  out.one_counter("indexcast_ring_records_total", "Records that the core has written.",
                  view.ring->head());
  out.one_gauge("indexcast_draining", "1 while the server is being taken out of service.",
                is_draining(view.service) ? 1 : 0);
  out.one_gauge("indexcast_ring_capacity_records", "Records that the broadcast ring holds.",
                view.ring->capacity());
}

struct IndexSample {
  ClientMetric::Label code;
  LevelUpdate update;
};

std::vector<IndexSample> read_indices(const ServerView& view) {
  std::vector<IndexSample> rows;
  const auto indices = view.universe->indices();
  for (std::size_t i = 0; i < indices.size(); ++i) {
    LevelUpdate update;
    if (!view.latest->load(static_cast<IndexId>(i), update)) continue;
    rows.push_back({{"code", indices[i].code}, update});
  }
  return rows;
}

template <class Value>
void add_index_gauge(const std::vector<IndexSample>& rows, const char* name, const char* help,
                     Families& out, Value value) {
  MetricFamily& family = out.open(name, help, MetricType::Gauge);
  for (const IndexSample& row : rows) Families::gauge(family, {row.code}, value(row.update));
}

void add_indices(const ServerView& view, Families& out) {
  const std::vector<IndexSample> rows = read_indices(view);
  constexpr double kBasisPoint = 1e-4;
  add_index_gauge(rows, "indexcast_index_level", "Newest level, index points.", out,
                  [](const LevelUpdate& u) {
                    return static_cast<double>(u.level.raw) / std::pow(10.0, u.decimals());
                  });
  add_index_gauge(rows, "indexcast_index_quotable", "1 when the level may be quoted against.", out,
                  [](const LevelUpdate& u) { return u.quotable ? 1.0 : 0.0; });
  add_index_gauge(rows, "indexcast_index_weight_live_ratio",
                  "Reference weight of the members whose price is live, 0 to 1.", out,
                  [](const LevelUpdate& u) { return u.weight_live * kBasisPoint; });
  MetricFamily& sequence = out.open("indexcast_index_sequence",
                                    "Levels of the index published so far.", MetricType::Counter);
  for (const IndexSample& row : rows)
    Families::counter(sequence, {row.code}, row.update.index_sequence);
  MetricFamily& status =
      out.open("indexcast_index_status", "1 for the status that the index has.", MetricType::Gauge);
  for (const IndexSample& row : rows)
    add_one_hot(status, row.code, "status", kIndexStatusNames, 1u << row.update.header.detail);
  MetricFamily& flags =
      out.open("indexcast_index_flag", "1 for every flag that stands.", MetricType::Gauge);
  for (const IndexSample& row : rows)
    add_one_hot(flags, row.code, "flag", kLevelFlagNames, row.update.flags);
}

struct PublisherCounter {
  const char* name;
  const char* help;
  Counter PublisherStats::*counter;
};

constexpr std::array<PublisherCounter, 9> kPublisherCounters{{
    {"levels", "Levels handed to the transport.", &PublisherStats::levels},
    {"bytes", "Bytes handed to the transport.", &PublisherStats::bytes},
    {"heartbeats", "Heartbeat messages sent.", &PublisherStats::heartbeats},
    {"inavs", "Indicative values of funds sent, on ticks and on the grid.", &PublisherStats::inavs},
    {"grids", "Levels sent at the instants of the grid.", &PublisherStats::grids},
    {"records", "Status, definition and other records sent.", &PublisherStats::records},
    {"lapped", "Times the core overtook the publisher by the whole ring.", &PublisherStats::lapped},
    {"skipped", "Levels left out and named in Skipped messages.", &PublisherStats::skipped},
    {"send_failures", "Messages that the transport refused.", &PublisherStats::send_failures},
}};

void add_publishers(const MetricSources& sources, Families& out) {
  for (const PublisherCounter& entry : kPublisherCounters) {
    MetricFamily& family = out.open("indexcast_publisher_" + std::string(entry.name) + "_total",
                                    entry.help, MetricType::Counter);
    for (const PublisherStats* stats : sources.publishers)
      Families::counter(family, {{"publisher", stats->name}}, (stats->*entry.counter).get());
  }
  MetricFamily& lag = out.open("indexcast_publisher_lag_records",
                               "Records that the publisher has yet to read.", MetricType::Gauge);
  for (const PublisherStats* stats : sources.publishers) {
    // Cursor first: read the other way round, a publisher that moved meanwhile would be ahead.
    const std::uint64_t cursor = stats->cursor.get();
    Families::gauge(lag, {{"publisher", stats->name}},
                    static_cast<double>(sources.view.ring->head() - cursor));
  }
}

void add_tick_to_publish(const MetricSources& sources, Families& out) {
  MetricFamily& family =
      out.open("indexcast_tick_to_publish_seconds",
               "From the receipt of the causing price or rate to the hand-over of the level to the "
               "transport.",
               MetricType::Histogram);
  for (const PublisherStats* stats : sources.publishers) {
    const auto snapshot = stats->tick_to_publish.snapshot();
    ClientMetric& metric = family.metric.emplace_back();
    metric.label = {{"publisher", stats->name}};
    metric.histogram.sample_count = snapshot->count();
    metric.histogram.sample_sum = static_cast<double>(snapshot->sum_ns()) * kNsToSeconds;
    for (int bit = kFirstBucketBit; bit <= kLastBucketBit; ++bit) {
      const bool last = bit == kLastBucketBit;
      metric.histogram.bucket.push_back(
          {snapshot->count_below_power(bit),
           last ? std::numeric_limits<double>::infinity() : std::ldexp(1.0, bit) * kNsToSeconds});
    }
  }
}

void add_clients(std::span<const ClientStats* const> stats, Families& out) {
  out.one_gauge("indexcast_client_connections", "Open HTTP and WebSocket connections.",
                total(stats, &ClientStats::connections));
  out.one_gauge("indexcast_client_websockets", "Open WebSocket streams.",
                total(stats, &ClientStats::websockets));
  out.one_counter("indexcast_client_accepted_total", "Connections taken.",
                  total(stats, &ClientStats::accepted));
  out.one_counter("indexcast_client_refused_total", "Connections turned away at the limit.",
                  total(stats, &ClientStats::refused));
  out.one_counter("indexcast_http_requests_total", "HTTP requests answered.",
                  total(stats, &ClientStats::requests));
  out.one_counter("indexcast_http_bad_requests_total", "HTTP requests answered with a 4xx.",
                  total(stats, &ClientStats::bad_requests));
  out.one_counter("indexcast_client_frames_sent_total", "WebSocket messages sent.",
                  total(stats, &ClientStats::frames_sent));
  out.one_counter("indexcast_client_bytes_sent_total", "Payload bytes of WebSocket messages sent.",
                  total(stats, &ClientStats::bytes_sent));
  out.one_counter("indexcast_client_conflated_total",
                  "Times a tick subscription fell behind and was conflated.",
                  total(stats, &ClientStats::conflated));
  out.one_counter("indexcast_client_skipped_total",
                  "Levels left out for single clients and named in skipped messages.",
                  total(stats, &ClientStats::skipped));
  out.one_counter("indexcast_client_bad_commands_total", "Commands answered with an error.",
                  total(stats, &ClientStats::bad_commands));
  out.one_counter("indexcast_client_replays_total", "Pages of levels sent again on request.",
                  total(stats, &ClientStats::replays));
  out.one_counter("indexcast_client_unauthorised_total",
                  "Requests and commands without the token or the right that they need.",
                  total(stats, &ClientStats::unauthorised));
  out.one_counter("indexcast_client_closed_fault_total",
                  "WebSocket clients closed for breaking the protocol or a limit.",
                  total(stats, &ClientStats::closed_fault));
  out.one_counter("indexcast_client_closed_slow_total", "Clients closed for lack of progress.",
                  total(stats, &ClientStats::closed_slow));
  out.one_counter("indexcast_client_closed_idle_total",
                  "WebSocket clients closed because nothing came from them, not even a pong.",
                  total(stats, &ClientStats::closed_idle));
  out.one_counter("indexcast_client_timed_out_total",
                  "Connections closed because a handshake or a request did not come in time.",
                  total(stats, &ClientStats::timed_out));
  out.one_counter(
      "indexcast_client_failed_total",
      "Connections that the server ended because of an error of its own, such as a lack "
      "of memory.",
      total(stats, &ClientStats::failed));
}

void add_requests(const RequestStats& stats, Families& out) {
  MetricFamily& done = out.open("indexcast_requests_total",
                                "Operators' requests by what the core said.", MetricType::Counter);
  for (const Operation& operation : kOperations) {
    for (std::size_t i = 0; i < kControlOutcomeNames.size(); ++i)
      Families::counter(done,
                        {{"operation", std::string(operation.name)},
                         {"outcome", std::string(kControlOutcomeNames[i])}},
                        stats.done[number_of(operation)][i].get());
  }
  out.one_counter("indexcast_requests_malformed_total",
                  "Operators' requests that could not be read.", stats.malformed.get());
  out.one_counter("indexcast_requests_repeated_total",
                  "Operators' requests asked again under the same id.", stats.repeated.get());
  out.one_counter(
      "indexcast_requests_refused_total",
      "Operators' requests refused for their id, for want of an audit, a definition or room.",
      stats.refused.get());
  out.one_counter("indexcast_requests_late_total",
                  "Operators' requests answered before the core had said anything.",
                  stats.late.get());
  out.one_counter("indexcast_requests_lost_total",
                  "Operators' requests whose outcome was overwritten before it was read.",
                  stats.lost.get());
  out.one_counter("indexcast_admin_unauthorised_total",
                  "Administrative calls without a known token.", stats.unauthorised.get());
}

void add_questions(const QueryStats& stats, Families& out) {
  MetricFamily& asked = out.open("indexcast_questions_total", "Subscribers' requests over ROUTER.",
                                 MetricType::Counter);
  for (std::size_t i = 0; i < kQuestionNames.size(); ++i)
    Families::counter(asked, {{"question", std::string(kQuestionNames[i])}},
                      stats.questions[i].get());
  MetricFamily& refused =
      out.open("indexcast_questions_refused_total",
               "Of these, and of what was no request: refused.", MetricType::Counter);
  for (std::size_t i = 0; i < kRefusalNames.size(); ++i)
    Families::counter(refused, {{"reason", std::string(kRefusalNames[i])}},
                      stats.refusals[i].get());
  out.one_counter("indexcast_answer_levels_total", "Levels in answers.", stats.levels.get());
  out.one_counter("indexcast_answer_bytes_total", "Bytes of answers.", stats.bytes.get());
  out.one_counter("indexcast_answers_unsent_total",
                  "Answers that their asker did not take, or was not there for any more.",
                  stats.unsent.get());
  out.one_gauge("indexcast_question_peers", "Askers that are known.", stats.peers.get());
  out.one_counter("indexcast_questions_lapped_total",
                  "Times the core overtook the answering side by the whole ring.",
                  stats.lapped.get());
}

struct ReportField {
  const char* name;
  const char* help;
  std::uint64_t SubscriberReport::*value;
};

constexpr std::array<ReportField, 6> kReportFields{{
    {"received", "Levels that a subscriber says it received.", &SubscriberReport::received},
    {"missed", "Sequences that a subscriber says were left out without a word.",
     &SubscriberReport::missed},
    {"recovered", "Of these: had again by a replay.", &SubscriberReport::recovered},
    {"unrecoverable", "Of these: not to be had any more.", &SubscriberReport::unrecoverable},
    {"switches", "Times that a subscriber went to another server.", &SubscriberReport::switches},
    {"heartbeat_timeouts", "Times that a subscriber heard no heartbeat.",
     &SubscriberReport::heartbeat_timeouts},
}};

// Gauges: a subscriber that starts again counts from zero.
void add_reports(const ReportTable& table, Families& out) {
  const std::vector<SubscriberReport> reports = table.all();
  for (const ReportField& field : kReportFields) {
    MetricFamily& family =
        out.open("indexcast_subscriber_" + std::string(field.name), field.help, MetricType::Gauge);
    for (const SubscriberReport& report : reports)
      Families::gauge(family, {{"peer", report.peer}, {"subscriber", report.subscriber}},
                      static_cast<double>(report.*field.value));
  }
}

void add_access(const ZmqAccessStats& stats, Families& out) {
  out.one_counter("indexcast_zmq_keys_refused_total", "ZeroMQ connections with an unlisted key.",
                  stats.keys_refused.get());
  MetricFamily& connections = out.open("indexcast_zmq_connections_total",
                                       "ZeroMQ connections let in.", MetricType::Counter);
  for (const auto& [name, client] : stats.clients)
    Families::counter(connections, {{"client", name}}, client.connections.get());
  MetricFamily& refused =
      out.open("indexcast_zmq_subscriptions_refused_total",
               "Subscriptions to topics that are not for the client.", MetricType::Counter);
  for (const auto& [name, client] : stats.clients)
    Families::counter(refused, {{"client", name}}, client.subscriptions_refused.get());
}

}  // namespace

std::string metrics_text(const MetricSources& sources) {
  Families out;
  Families::gauge(out.open("indexcast_build_info", "Version of the server.", MetricType::Gauge),
                  {{"version", INDEXCAST_VERSION}}, 1.0);
  out.one_gauge("indexcast_epoch_ns", "Start of the numbering, ns since 1970-01-01 UTC.",
                sources.view.epoch);
  const Clock& clock = sources.view.clock;
  out.one_counter("indexcast_wall_clock_steps_total",
                  "Steps of the wall clock against the monotonic clock.", clock.wall().steps());
  out.one_gauge("indexcast_wall_clock_ahead_seconds",
                "Wall clock less receive clock: the steps since the day began.",
                static_cast<double>(clock.wall_ahead_ns()) * kNsToSeconds);
  add_feeds(sources.view, out);
  add_core(sources.view, out);
  add_indices(sources.view, out);
  add_publishers(sources, out);
  add_tick_to_publish(sources, out);
  if (!sources.clients.empty()) add_clients(sources.clients, out);
  if (sources.services.requests != nullptr) add_requests(*sources.services.requests, out);
  if (sources.services.questions != nullptr) add_questions(*sources.services.questions, out);
  if (sources.services.questions != nullptr) add_reports(sources.services.questions->reports, out);
  if (sources.services.access != nullptr) add_access(*sources.services.access, out);
  return out.text();
}

}  // namespace indexcast::server
