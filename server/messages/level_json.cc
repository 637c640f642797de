#include "server/messages/level_json.h"

#include <fmt/compile.h>

#include <algorithm>
#include <iterator>

#include "server/messages/json_members.h"
#include "server/view/enum_names.h"

namespace indexcast::server {
namespace {

constexpr int kTurnoverPlaces = 4;
constexpr int kPercentPlaces = 4;
constexpr int kPricePlaces = 6;
constexpr int kRatePlaces = 8;

void append_values(JsonBuffer& out, const v1::Level& level) {
  const int places = places_of(level.decimals());
  append_number(out, "decimals", level.decimals());
  append_decimal_field(out, "level", level.level(), places);
  append_decimal_field(out, "previous_close", level.previous_close(), places);
  append_optional_decimal(out, "open", level.open(), places);
  append_optional_decimal(out, "high", level.high(), places);
  append_optional_decimal(out, "low", level.low(), places);
  append_optional_decimal(out, "close", level.close(), places);
  append_decimal_field(out, "change", level.change(), places);
  append_decimal_field(out, "change_percent", level.change_percent(), kPercentPlaces);
  append_optional_decimal(out, "bid", level.bid(), places);
  append_optional_decimal(out, "ask", level.ask(), places);
  append_decimal_field(out, "turnover", level.turnover(), kTurnoverPlaces);
}

void append_cause(JsonBuffer& out, const v1::Level& level) {
  append_name(out, "cause", name_of(kCauseNames, level.cause()));
  append_text(out, "cause_symbol", level.cause_symbol());
  append_text(out, "cause_feed", level.cause_feed());
  append_wide(out, "cause_feed_sequence", level.cause_feed_sequence());
  append_number(out, "input_sequence", level.input_sequence());
  const int places = level.cause() == v1::CAUSE_FX ? kRatePlaces : kPricePlaces;
  append_optional_decimal(out, "cause_value", level.cause_value(), places);
}

void append_times(JsonBuffer& out, const v1::Level& level) {
  append_wide(out, "exchange_time", level.exchange_time());
  append_wide(out, "receive_time", level.receive_time());
  append_wide(out, "calculation_time", level.calculation_time());
  append_wide(out, "publish_time", level.publish_time());
}

void append_quality(JsonBuffer& out, const v1::Level& level) {
  append_number(out, "weight_opened", level.weight_opened());
  append_number(out, "weight_fresh", level.weight_fresh());
  append_number(out, "weight_suspended", level.weight_suspended());
  append_number(out, "weight_live", level.weight_live());
  append_number(out, "weight_bid_quoted", level.weight_bid_quoted());
  append_number(out, "weight_ask_quoted", level.weight_ask_quoted());
  append_optional_decimal(out, "fx_rate", level.fx_rate(), kRatePlaces);
  append_optional_decimal(out, "fx_rate_2", level.fx_rate_2(), kRatePlaces);
  append_number(out, "fx_age_ms", level.fx_age_ms());
  append_number(out, "definition_version", level.definition_version());
  append_number(out, "pending_impact", level.pending_impact());
  append_number(out, "lag_ms", level.lag_ms());
}

}  // namespace

void append_decimal(JsonBuffer& out, std::int64_t raw, int places) {
  if (raw < 0) out.push_back('-');
  const auto bits = static_cast<std::uint64_t>(raw);
  const std::uint64_t magnitude = raw < 0 ? 0 - bits : bits;
  std::uint64_t unit = 1;
  for (int i = 0; i < places; ++i) unit *= 10;
  fmt::format_to(std::back_inserter(out), FMT_COMPILE("{}"), magnitude / unit);
  if (places > 0) {
    fmt::format_to(std::back_inserter(out), FMT_COMPILE(".{:0{}}"), magnitude % unit, places);
  }
}

void append_quoted(JsonBuffer& out, std::string_view text) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), FMT_COMPILE("\\u{:04x}"),
                     static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

void append_level_json(JsonBuffer& out, const v1::Level& level, std::string_view type) {
  open_object(out, type, level.epoch());
  append_number(out, "stream_sequence", level.stream_sequence());
  append_number(out, "index_sequence", level.index_sequence());
  append_text(out, "code", level.code());
  append_number(out, "trade_date", level.trade_date());
  append_name(out, "status", name_of(kIndexStatusNames, level.status()));
  append_flags(out, "flags", level.flags());
  append_boolean(out, "quotable", level.quotable());
  append_values(out, level);
  append_cause(out, level);
  append_times(out, level);
  append_quality(out, level);
  out.push_back('}');
}

void append_levels_json(JsonBuffer& out, const v1::ReplayReply& replay) {
  out.push_back('[');
  bool first = true;
  for (const v1::Level& level : replay.levels()) {
    if (!first) out.push_back(',');
    append_level_json(out, level, {});
    first = false;
  }
  out.push_back(']');
}

void append_skipped_json(JsonBuffer& out, const v1::Skipped& skipped) {
  open_object(out, "skipped", skipped.epoch());
  append_text(out, "code", skipped.code());
  // Instants of a grid are nanoseconds, sequences are ours and small.
  const bool wide =
      skipped.kind() == v1::STREAM_KIND_GRID || skipped.kind() == v1::STREAM_KIND_INAV;
  wide ? append_wide(out, "from", skipped.from()) : append_number(out, "from", skipped.from());
  wide ? append_wide(out, "to", skipped.to()) : append_number(out, "to", skipped.to());
  append_name(out, "kind", name_of(kStreamKindNames, skipped.kind()));
  out.push_back('}');
}

void append_heartbeat_json(JsonBuffer& out, const v1::Heartbeat& heartbeat) {
  open_object(out, "heartbeat", heartbeat.epoch());
  append_number(out, "stream_sequence", heartbeat.stream_sequence());
  append_wide(out, "instant", heartbeat.instant());
  append_wide(out, "publish_time", heartbeat.publish_time());
  append_number(out, "page", heartbeat.page());
  append_number(out, "pages", heartbeat.pages());
  append_boolean(out, "draining", heartbeat.draining());
  append_boolean(out, "ready", heartbeat.ready());
  append(out, ",\"indices\":[");
  bool first = true;
  for (const v1::IndexSequence& index : heartbeat.indices()) {
    append(out, first ? "{\"code\":" : ",{\"code\":");
    append_quoted(out, index.code());
    append_number(out, "index_sequence", index.index_sequence());
    append_number(out, "record_sequence", index.record_sequence());
    append_boolean(out, "quotable", index.quotable());
    out.push_back('}');
    first = false;
  }
  append(out, "]}");
}

}  // namespace indexcast::server
