#include "server/web/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "feedhandlers/market/venue.h"
#include "server/messages/json_members.h"
#include "server/messages/member_json.h"
#include "server/messages/record_json.h"

namespace indexcast::server {
namespace {

template <class... Args>
void append_format(JsonBuffer& out, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
}

std::string string_of(const JsonBuffer& out) { return std::string(text_of(out)); }

void append_latency(JsonBuffer& out, const LatencyHistogram& histogram) {
  const auto snapshot = histogram.snapshot();
  append_format(out,
                "{{\"count\":{},\"p50_ns\":{},\"p90_ns\":{},\"p99_ns\":{},\"p999_ns\":{},"
                "\"max_ns\":{}}}",
                snapshot->count(), snapshot->percentile_ns(50), snapshot->percentile_ns(90),
                snapshot->percentile_ns(99), snapshot->percentile_ns(99.9), snapshot->max_ns());
}

void append_channels(JsonBuffer& out, const FeedChannelStates& channels, FeedDuty duty,
                     const Clock& clock) {
  append(out, ",\"channels\":[");
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const FeedChannelState channel = channels.at(i);
    append_format(out, "{}{{\"channel\":{},\"state\":\"{}\",\"since\":\"{}\",\"lag_ms\":{}}}",
                  i > 0 ? "," : "", channel.channel,
                  name_of(kShownFeedStateNames, shown_state(channel.state, duty)),
                  clock.published(channel.since).ns, channel.lag_ms);
  }
  append(out, "]");
}

// Appends the parts of a creation unit other than its priced members.
void append_fund(JsonBuffer& out, const FundTerms& fund) {
  append_format(out, ",\"fund\":{{\"venue\":\"{}\",\"creation_unit\":{}",
                feed::kVenueNames[fund.venue], fund.creation_unit);
  append_text(out, "tracked_index", fund.tracked_index);
  append_decimal_field(out, "estimated_cash", fund.estimated_cash.raw, Money::kDecimals);
  append_decimal_field(out, "expected_value", fund.expected_value.raw, Money::kDecimals);
  append(out, ",\"cash_components\":[");
  bool first = true;
  for (const CashComponent& component : fund.cash_components) {
    append(out, first ? "{\"symbol\":" : ",{\"symbol\":");
    append_quoted(out, component.symbol);
    append_text(out, "name", component.name);
    append_decimal_field(out, "amount", component.amount.raw, Money::kDecimals);
    out.push_back('}');
    first = false;
  }
  append(out, "]}");
}

// Where the members behind `after` begin, the first where that is empty; nothing when it is none.
std::optional<std::size_t> member_after(const IndexDefinition& definition, std::string_view after) {
  if (after.empty()) return 0;
  const auto found = std::ranges::find(definition.members, after, [](const Member& member) {
    return std::string_view(member.security->symbol);
  });
  if (found == definition.members.end()) return std::nullopt;
  return static_cast<std::size_t>(found - definition.members.begin()) + 1;
}

void append_return(JsonBuffer& out, const std::optional<TotalReturn>& total) {
  if (!total) return append_text(out, "return", "price");
  append_text(out, "return", total->kind == ReturnKind::net ? "net" : "gross");
  append_text(out, "price_index", total->price_index);
}

}  // namespace

Api::Api(const MetricSources& sources, const DayState& day, Clock clock,
         std::int64_t replay_bytes_per_s)
    : sources_(sources),
      day_(day),
      reader_(day.levels),
      clock_(clock),
      encoder_(*sources.view.universe, sources.view.epoch, clock_),
      replay_bytes_(replay_bytes_per_s) {}

void Api::switch_day(Clock clock) {
  clock_ = clock;
  encoder_ = LevelEncoder(*sources_.view.universe, sources_.view.epoch, clock_);
}

std::shared_ptr<const Universe> Api::definitions() const {
  return sources_.view.definition_sets->at(reader_.definition_set());
}

void Api::append_index(JsonBuffer& out, const Universe& definitions, IndexId index) {
  const IndexDefinition& definition = definitions.indices()[index];
  append(out, "{\"code\":");
  append_quoted(out, definition.code);
  append_text(out, "name", definition.name);
  append_text(out, "currency", definition.currency);
  append_format(out, ",\"decimals\":{},\"definition_version\":{},\"effective_date\":{}",
                definition.decimals, definition.version, definition.effective_date);
  append_return(out, definition.total_return);
  append_text(out, "provenance", definition.provenance);
  append_decimal_field(out, "previous_close", definition.previous_close.raw, definition.decimals);
  append_format(out, ",\"member_count\":{},\"level\":", definition.members.size());
  if (reader_.has_level(index)) {
    append_level_json(
        out,
        encoder_.message(reader_.level(index), reader_.stream_sequence_of(index), clock_.now()),
        {});
  } else {
    append(out, "null");
  }
  google::protobuf::RepeatedPtrField<v1::PendingPrice> pending;
  day_.records.append_pending(index, clock_.now(), pending);
  append(out, ",\"pending\":");
  append_pending_list_json(out, pending);
}

std::optional<Api::TaggedBody> Api::indices(const ClientRights& rights, std::string_view after,
                                            std::size_t limit) {
  const std::shared_ptr<const Universe> current = definitions();
  IndexId index = after.empty() ? 0 : current->find_index(after);
  if (!after.empty() && index++ >= reader_.indices()) return std::nullopt;
  JsonBuffer out;
  append_format(out, "{{\"epoch\":\"{}\",\"trade_date\":{},\"stream_sequence\":{},\"indices\":[",
                sources_.view.epoch, sources_.view.trade_date, reader_.cursor());
  std::size_t count = 0;
  std::uint64_t news = 0;  // levels and records ever: any new one makes another page of it
  std::string last;
  for (; index < reader_.indices() && count < limit; ++index) {
    if (!rights.may_see(current->indices()[index].code)) continue;
    if (count++ > 0) out.push_back(',');
    append_index(out, *current, index);
    out.push_back('}');
    news += reader_.index_sequence(index) + day_.records.newest(index);
    last = current->indices()[index].code;
  }
  append(out, "],\"next\":");
  index < reader_.indices() ? append_quoted(out, last) : append(out, "null");
  out.push_back('}');
  return TaggedBody{string_of(out), fmt::format("{}-{}-{}-{}", sources_.view.epoch,
                                                reader_.definition_set(), count, news)};
}

std::optional<IndexId> Api::find(const ClientRights& rights, std::string_view code) const {
  const IndexId index = sources_.view.universe->find_index(code);
  if (index >= reader_.indices() || !rights.may_see(code)) return std::nullopt;
  return index;
}

Api::TaggedBody Api::index(IndexId index) {
  const std::shared_ptr<const Universe> current = definitions();
  JsonBuffer out;
  append_index(out, *current, index);
  append_format(out, ",\"stream_sequence\":{}", reader_.cursor());
  if (const auto& fund = current->indices()[index].fund) append_fund(out, *fund);
  append(out, ",\"members\":");
  const bool certain = append_members(out, *current, reader_, index, clock_);
  append_boolean(out, "prices_certain", certain);
  out.push_back('}');
  return TaggedBody{string_of(out), version_of(index, certain)};
}

std::optional<Api::TaggedBody> Api::members(IndexId index, std::string_view after,
                                            std::size_t limit) {
  const std::shared_ptr<const Universe> current = definitions();
  const IndexDefinition& definition = current->indices()[index];
  const std::optional<std::size_t> first = member_after(definition, after);
  if (!first) return std::nullopt;
  JsonBuffer out;
  open_object(out, {}, sources_.view.epoch);
  append_text(out, "code", definition.code);
  append_number(out, "trade_date", sources_.view.trade_date);
  append_number(out, "stream_sequence", reader_.cursor());
  append_number(out, "index_sequence", reader_.index_sequence(index));
  append_number(out, "definition_version", definition.version);
  append(out, ",\"members\":");
  const bool certain = append_members(out, *current, reader_, index, clock_, {*first, limit});
  append_boolean(out, "prices_certain", certain);
  append(out, ",\"next\":");
  const std::size_t end = *first + limit;
  end < definition.members.size() ? append_quoted(out, definition.members[end - 1].security->symbol)
                                  : append(out, "null");
  out.push_back('}');
  return TaggedBody{string_of(out), version_of(index, certain)};
}

std::int64_t Api::history_wait_ms(const std::string& principal) {
  const TimeNs now = clock_.now();
  return replay_bytes_.of(principal, now).wait_ms(now);
}

Api::TaggedBody Api::history(const std::string& principal, IndexId index, const LevelRange& range) {
  const TimeNs now = clock_.now();
  v1::ReplayReply reply;
  day_.pages.fill(index, range, reader_, encoder_, now, reply);
  JsonBuffer out;
  open_object(out, {}, sources_.view.epoch);
  append_text(out, "code", sources_.view.universe->indices()[index].code);
  append_number(out, "trade_date", sources_.view.trade_date);
  append(out, ",\"levels\":");
  append_levels_json(out, reply);
  append_number(out, "unavailable_before", reply.unavailable_before());
  append(out, ",\"next\":");
  append(out, reply.next() == 0 ? "null" : std::to_string(reply.next() - 1));
  out.push_back('}');
  replay_bytes_.of(principal, now).spend(static_cast<std::int64_t>(out.size()));
  return TaggedBody{string_of(out),
                    fmt::format("{}-{}-{}-{}-{}", sources_.view.epoch, range.from,
                                reply.levels_size(), reply.unavailable_before(), reply.next())};
}

std::string Api::version_of(IndexId index, bool certain) const {
  return fmt::format("{}-{}-{}-{}-{}", sources_.view.epoch, reader_.definition_set(),
                     reader_.index_sequence(index), day_.records.newest(index), certain);
}

std::string Api::feeds() const {
  JsonBuffer out;
  append(out, "{\"feeds\":[");
  const ServerView& view = sources_.view;
  for (std::size_t i = 0; i < view.feeds.size(); ++i) {
    const feed::Feed& feed = *view.feeds[i];
    append_format(out, "{}{{\"feed\":\"{}\",\"state\":\"{}\"", i > 0 ? "," : "",
                  feed::name_of(feed.venue()),
                  name_of(kShownFeedStateNames, shown_state(feed.state(), feed_duty(view, i))));
    append_format(out, ",\"unheard\":{}", feed.counters().unheard());
    if (i < view.feed_rings.size() && view.feed_rings[i] != nullptr) {
      append_format(out, ",\"ring_depth\":{},\"ring_capacity\":{}", view.feed_rings[i]->size(),
                    view.feed_rings[i]->capacity());
    }
    if (i < view.feed_channels.size())
      append_channels(out, *view.feed_channels[i], feed_duty(view, i), clock_);
    append(out, ",\"counters\":{");
    for (std::size_t c = 0; c < feed::kFeedCounterCount; ++c) {
      append_format(out, "{}\"{}\":{}", c > 0 ? "," : "", feed::kFeedCounterNames[c],
                    feed.counters().get(static_cast<feed::FeedCounter>(c)));
    }
    append(out, "}}");
  }
  append(out, "]}");
  return string_of(out);
}

std::string Api::status() const {
  JsonBuffer out;
  append_format(out,
                "{{\"epoch\":\"{}\",\"trade_date\":{},\"time\":\"{}\",\"wall_clock_steps\":{},"
                "\"wall_clock_ahead_ns\":{},\"draining\":{},"
                "\"colours\":\"{}\",\"records\":{},\"ring_capacity\":{},\"publishers\":[",
                sources_.view.epoch, sources_.view.trade_date, clock_.published(clock_.now()).ns,
                clock_.wall().steps(), clock_.wall_ahead_ns(), is_draining(sources_.view.service),
                sources_.view.colours, sources_.view.ring->head(), sources_.view.ring->capacity());
  bool first = true;
  for (const PublisherStats* stats : sources_.publishers) {
    const std::uint64_t cursor = stats->cursor.get();
    append_format(out,
                  "{}{{\"publisher\":\"{}\",\"levels\":{},\"bytes\":{},\"lapped\":{},"
                  "\"skipped\":{},\"lag\":{},\"tick_to_publish\":",
                  first ? "" : ",", stats->name, stats->levels.get(), stats->bytes.get(),
                  stats->lapped.get(), stats->skipped.get(), sources_.view.ring->head() - cursor);
    append_latency(out, stats->tick_to_publish);
    out.push_back('}');
    first = false;
  }
  append(out, "]");
  append_format(out,
                ",\"clients\":{{\"connections\":{},\"websockets\":{},\"frames_sent\":{},"
                "\"conflated\":{},\"skipped\":{},\"closed_slow\":{},\"refused\":{}}}",
                total(sources_.clients, &ClientStats::connections),
                total(sources_.clients, &ClientStats::websockets),
                total(sources_.clients, &ClientStats::frames_sent),
                total(sources_.clients, &ClientStats::conflated),
                total(sources_.clients, &ClientStats::skipped),
                total(sources_.clients, &ClientStats::closed_slow),
                total(sources_.clients, &ClientStats::refused));
  out.push_back('}');
  return string_of(out);
}

}  // namespace indexcast::server
