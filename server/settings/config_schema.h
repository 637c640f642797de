// Every key of the configuration with its range, once: the reader and the printer both walk it, so
// that neither can know a key that the other does not.
#pragma once

#include <limits>
#include <string_view>

#include "server/settings/codec.h"
#include "server/settings/config.h"

namespace indexcast::server {

// A Walker has boolean, real, integer, duration, percent, text, texts, section, tables, moved and
// renamed as TableReader does. A duration has its range in the unit that is given.
// In each table the plain keys come before the tables within it, as TOML wants them written.

inline constexpr std::int64_t kMaxRing = 1 << 24;  // 1 GiB of events
inline constexpr std::int64_t kMaxPort = 65535;
inline constexpr std::int64_t kMaxAnswerRate =
    10'000'000'000;  // bytes a second: no limit in practice

// Widths of the names and the password in a logon (IS120 2.2, S117 1.5).
inline constexpr std::size_t kSseNameMax = 32;
inline constexpr std::size_t kSzseNameMax = 20;
inline constexpr std::size_t kSzsePasswordMax = 16;
// Names and passwords belong to each gateway.
inline constexpr std::string_view kSseGatewayForm =
    "one table for each gateway: [[sse.gateways]] with address = \"HOST:PORT\", "
    "sender_comp_id = \"...\", target_comp_id = \"...\"";
inline constexpr std::string_view kSzseGatewayForm =
    "one table for each gateway: [[szse.gateways]] with address = \"HOST:PORT\", "
    "sender_comp_id = \"...\", target_comp_id = \"...\", password = \"...\"";
inline constexpr std::string_view kSzseResendForm =
    "one table for each gateway: [[szse.resend_gateways]] with address = \"HOST:PORT\", "
    "sender_comp_id = \"...\", target_comp_id = \"...\", password = \"...\"";

template <class Walker>
void walk_core(Walker& walker, CoreSettings& core) {
  walker.text("topology", core.topology, one_of<Topology>("one_core", "per_feed"));
  walker.text("idle", core.idle, one_of<IdleMode>("spin", "backoff", "block"));
  walker.duration("spin", DurationUnit::us, core.spin_us, 0, 1'000'000);
  walker.integer("feed_ring", core.feed_ring, 64, kMaxRing);
  walker.integer("broadcast_ring", core.broadcast_ring, 64, kMaxRing);
  walker.duration("timer", DurationUnit::ms, core.timer_ms, 10, 60'000);
  walker.duration("short_heartbeat", DurationUnit::ms, core.short_heartbeat_ms, 0, 60'000);
  walker.duration("grid", DurationUnit::ms, core.grid_ms, 250, 60'000);
  walker.text("statistics_from", core.statistics_from, one_of<StatisticsFrom>("tick", "grid"));
  walker.text("open_deadline", core.open_deadline_ms, TimeOfDayText{});
  walker.duration("close_deadline", DurationUnit::min, core.close_deadline_min, 0, 240);
  walker.integer("quotable_live_bp", core.quotable_live_bp, 0, 10'000);
  walker.integer("pending_impact_bp", core.pending_impact_bp, 0, 10'000);
}

template <class Walker>
void walk_threads(Walker& walker, ThreadSettings& threads) {
  constexpr std::int64_t kLastProcessor = 1023;
  const auto processor = [&](const char* key, std::int64_t& value) {
    walker.integer(key, value, -1, kLastProcessor);
  };
  processor("core", threads.core);
  processor("sse", threads.sse);
  processor("szse", threads.szse);
  processor("hkex", threads.hkex);
  processor("publish", threads.publish);
  processor("aux", threads.aux);
  processor("journal", threads.journal);
  processor("http", threads.http);
  processor("query", threads.query);
  processor("admin", threads.admin);
  processor("zmq", threads.zmq);
}

template <class Walker, class Limits>
void walk_lag(Walker& walker, Limits& lag) {
  walker.duration("max_lag", DurationUnit::ns, lag.max_lag_ns, 0, 600 * kNsPerSecond);
  walker.duration("max_clock_difference", DurationUnit::ns, lag.max_clock_difference_ns, 0,
                  86'400 * kNsPerSecond);
}

template <class Walker>
void walk_sse(Walker& walker, bool& enabled, sse::Settings& sse) {
  walker.boolean("enabled", enabled);
  for (const std::string_view key : {"sender_comp_id", "target_comp_id"})
    walker.moved(key, kSseGatewayForm);
  walker.text("appl_ver_id", sse.appl_ver_id, NonEmptyText{});
  walker.duration("heartbeat", DurationUnit::s, sse.heartbeat_s, 1, 60);
  walker.boolean("production_only", sse.production_only);
  walker.texts("breaks", sse.breaks, TimeRangeText{});
  walker.duration("stale_after", DurationUnit::ns, sse.stale_after_ns, kNsPerMs,
                  600 * kNsPerSecond);
  walk_lag(walker, sse.lag);
  walker.duration("image_period", DurationUnit::ns, sse.image_period_ns, kNsPerSecond,
                  600 * kNsPerSecond);
  walker.duration("refused_backoff", DurationUnit::ns, sse.refused_backoff_ns, 0,
                  600 * kNsPerSecond);
  walker.text("fallback_file", sse.fallback_file, AnyText{});
  walker.duration("fallback_after", DurationUnit::ns, sse.fallback_after_ns, kNsPerMs,
                  600 * kNsPerSecond);
  walker.duration("fallback_poll", DurationUnit::ns, sse.fallback_poll_ns, kNsPerMs,
                  600 * kNsPerSecond);
  walker.tables(
      "gateways", sse.gateways,
      [](auto& table, sse::Gateway& gateway) {
        table.text("address", gateway.address, EndpointText{});
        table.text("sender_comp_id", gateway.sender_comp_id, NonEmptyText{kSseNameMax});
        table.text("target_comp_id", gateway.target_comp_id, NonEmptyText{kSseNameMax});
      },
      kSseGatewayForm);
}

template <class Walker>
void walk_multicast(Walker& walker, szse::MulticastSettings& multicast) {
  walker.text("interface", multicast.interface, NonEmptyText{});
  walker.integer("receive_buffer_bytes", multicast.receive_buffer_bytes, 65'536, 1 << 30);
  walker.texts("sources", multicast.sources, AddressText{});
  walker.boolean("join_sources", multicast.join_sources);
  walker.duration("reorder_wait", DurationUnit::ns, multicast.reorder_wait_ns, 0,
                  10 * kNsPerSecond);
  walker.integer("max_streams", multicast.max_streams, 1, 1'024);
  walker.duration("fragment_wait", DurationUnit::ns, multicast.fragment_wait_ns, 0,
                  60 * kNsPerSecond);
  walker.duration("silence", DurationUnit::ns, multicast.silence_ns, kNsPerSecond,
                  3600 * kNsPerSecond);
  walker.tables("channels", multicast.channels, [](auto& table, szse::MulticastChannel& channel) {
    table.integer("id", channel.id, 1, 65'535);
    table.text("line_a", channel.line_a, GroupText{});
    table.text("line_b", channel.line_b, GroupText{});
  });
}

template <class Walker>
void walk_szse_gateways(Walker& walker, std::string_view key, std::vector<szse::Gateway>& gateways,
                        std::string_view form) {
  walker.tables(
      key, gateways,
      [](auto& table, szse::Gateway& gateway) {
        table.text("address", gateway.address, EndpointText{});
        table.text("sender_comp_id", gateway.sender_comp_id, NonEmptyText{kSzseNameMax});
        table.text("target_comp_id", gateway.target_comp_id, NonEmptyText{kSzseNameMax});
        table.text("password", gateway.password, SecretText{kSzsePasswordMax});
        table.text("password_file", gateway.password_file, AnyText{});
      },
      form);
}

template <class Walker>
void walk_szse(Walker& walker, bool& enabled, szse::Settings& szse) {
  walker.boolean("enabled", enabled);
  for (const std::string_view key : {"sender_comp_id", "target_comp_id", "password"})
    walker.moved(key, kSzseGatewayForm);
  walker.text("default_appl_ver_id", szse.default_appl_ver_id, NonEmptyText{});
  walker.duration("heartbeat", DurationUnit::s, szse.heartbeat_s, 1, 60);
  walker.duration("stale_after", DurationUnit::ns, szse.stale_after_ns, kNsPerMs,
                  600 * kNsPerSecond);
  walk_lag(walker, szse.lag);
  walker.texts("sentinels", szse.sentinels, SecurityCodeText{});
  walker.boolean("accept_reruns", szse.accept_reruns);
  walker.duration("sentinel_silence", DurationUnit::s, szse.sentinel_silence_s, 1, 3600);
  walker.text("transport", szse.transport, one_of<szse::FeedTransport>("tcp", "multicast"));
  walker.boolean("ticks", szse.ticks);
  walker.integer("tick_capacity", szse.tick_capacity, 1, 1'000'000);
  walker.duration("tick_wait", DurationUnit::ns, szse.tick_wait_ns, 0, 10 * kNsPerSecond);
  walker.integer("resend_range", szse.resend_range, 1, 1'000'000);
  walker.duration("resend_timeout", DurationUnit::ns, szse.resend_timeout_ns, kNsPerMs,
                  600 * kNsPerSecond);
  walker.duration("tick_silence", DurationUnit::ns, szse.tick_silence_ns, kNsPerSecond,
                  3600 * kNsPerSecond);
  walk_szse_gateways(walker, "gateways", szse.gateways, kSzseGatewayForm);
  walk_szse_gateways(walker, "resend_gateways", szse.resend_gateways, kSzseResendForm);
  walker.section("multicast", [&](auto& table) { walk_multicast(table, szse.multicast); });
}

template <class Walker>
void walk_retransmission(Walker& walker, hkex::RetransmissionSettings& service) {
  walker.texts("servers", service.servers, EndpointText{});
  walker.text("username", service.username, SecretText{});
  walker.integer("messages_per_request", service.messages_per_request, 1, 1'000'000);
  walker.integer("requests_per_day", service.requests_per_day, 1, 1'000'000);
  walker.integer("messages_available", service.messages_available, 1, 100'000'000);
  walker.duration("logon_timeout", DurationUnit::ns, service.logon_timeout_ns, kNsPerMs,
                  600 * kNsPerSecond);
  walker.duration("heartbeat", DurationUnit::ns, service.heartbeat_ns, kNsPerMs,
                  600 * kNsPerSecond);
  walker.duration("response_timeout", DurationUnit::ns, service.response_timeout_ns, kNsPerMs,
                  600 * kNsPerSecond);
  walker.duration("give_up", DurationUnit::ns, service.give_up_ns, kNsPerMs, 600 * kNsPerSecond);
}

template <class Walker>
void walk_hkex(Walker& walker, bool& enabled, hkex::Settings& hkex) {
  walker.boolean("enabled", enabled);
  walker.text("interface", hkex.interface, NonEmptyText{});
  walker.text("price", hkex.price, one_of<hkex::PricePolicy>("last", "nominal"));
  walker.integer("receive_buffer_bytes", hkex.receive_buffer_bytes, 65'536, 1 << 30);
  walker.duration("reorder_wait", DurationUnit::ns, hkex.reorder_wait_ns, 0, 10 * kNsPerSecond);
  walker.integer("reorder_capacity", hkex.reorder_capacity, 1, 65'536);
  walker.text("market_code", hkex.market_code, NonEmptyText{});
  walker.texts("breaks", hkex.breaks, TimeRangeText{});
  walker.duration("silence", DurationUnit::ns, hkex.silence_ns, kNsPerSecond, 3600 * kNsPerSecond);
  walker.duration("stale_after", DurationUnit::ns, hkex.stale_after_ns, kNsPerMs,
                  600 * kNsPerSecond);
  walk_lag(walker, hkex.lag);
  walker.texts("sources", hkex.sources, AddressText{});
  walker.boolean("join_sources", hkex.join_sources);
  walker.integer("recovery_capacity", hkex.recovery_capacity, 1, 1'000'000);
  walker.integer("refresh_bytes", hkex.refresh_bytes, 65'536, 1 << 30);
  walker.text("start_of_day_until", hkex.start_of_day_until_ms, TimeOfDayText{});
  walker.integer("restart_confirmation", hkex.restart_confirmation, 0, 1000);
  walker.integer("disaster_recovery_channel", hkex.disaster_recovery_channel, 0,
                 hkex::kChannelIdMax);
  walker.section("retransmission",
                 [&](auto& table) { walk_retransmission(table, hkex.retransmission); });
  walker.tables("channels", hkex.channels, [](auto& table, hkex::ChannelSettings& channel) {
    table.integer("id", channel.id, 1, hkex::kChannelIdMax);
    table.text("line_a", channel.line_a, GroupText{});
    table.text("line_b", channel.line_b, GroupText{});
    table.text("refresh_a", channel.refresh_a, GroupText{});
    table.text("refresh_b", channel.refresh_b, GroupText{});
  });
}

template <class Walker>
void walk_collar(Walker& walker, CollarSettings& collar) {
  walker.integer("sse_percent", collar.sse_percent, 0, 100);
  walker.integer("szse_percent", collar.szse_percent, 0, 100);
  walker.integer("hkex_percent", collar.hkex_percent, 0, 100);
  walker.duration("wait", DurationUnit::s, collar.wait_s, 1, 3600);
  walker.tables("overrides", collar.overrides, [](auto& table, CollarSettings::Override& one) {
    table.text("symbol", one.symbol, NonEmptyText{});
    table.integer("percent", one.percent, 0, 100);
  });
}

template <class Walker>
void walk_level_guard(Walker& walker, LevelGuardSettings& guard) {
  walker.percent("percent", guard.move_bp, 100);
  walker.tables("overrides", guard.overrides, [](auto& table, LevelGuardSettings::Override& one) {
    table.text("code", one.code, NonEmptyText{});
    table.percent("percent", one.move_bp, 100);
  });
}

template <class Walker>
void walk_fx(Walker& walker, FxSettings& fx) {
  walker.text("series", fx.series, NonEmptyText{});
  walker.text("mode", fx.mode, one_of<FxMode>("realtime", "fixed", "frozen_at_close"));
  walker.texts("sources", fx.sources, NonEmptyText{});
  walker.duration("poll", DurationUnit::ms, fx.poll_ms, 10, 3'600'000);
  walker.duration("stale_after", DurationUnit::s, fx.stale_after_s, 0, 86'400);
  walker.text("freeze_at", fx.freeze_at_ms, TimeOfDayText{});
  walker.tables("curve", fx.curve, [](auto& table, FxCurveSettings& curve) {
    table.text("source", curve.source, NonEmptyText{});
    table.text("server_key", curve.server_key, CurveKeyText{});
    table.text("secret_key", curve.secret_key, NonEmptyText{});
  });
}

template <class Walker>
void walk_fund(Walker& walker, FundSettings& fund) {
  walker.boolean("enabled", fund.enabled);
  walker.text("code", fund.code, NonEmptyText{});
  walker.text("name", fund.name, AnyText{});
  walker.text("composition", fund.composition, NonEmptyText{});
  walker.text("closes", fund.closes, AnyText{});
  walker.text("tracks", fund.tracks, AnyText{});
  walker.text("provenance", fund.provenance, AnyText{});
  walker.text("cash_side", fund.cash_side, one_of<CashSide>("creation", "redemption"));
  walker.text("unfed", fund.unfed, one_of<UnfedRule>("refuse", "reference"));
}

template <class Walker>
void walk_zmq_client(Walker& walker, ZmqClientSettings& client) {
  walker.text("name", client.name, NonEmptyText{});
  walker.text("public_key", client.public_key, CurveKeyText{});
  walker.texts("codes", client.codes, NonEmptyText{});
  walker.texts(
      "topics", client.topics,
      one_of<TopicKind>("level", "grid", "inav", "status", "definition", "correction", "pending"));
  walker.integer("requests_per_s", client.requests_per_s, 0, 1'000'000);
  walker.integer("answer_bytes_per_s", client.answer_bytes_per_s, 0, kMaxAnswerRate);
}

template <class Walker>
void walk_zmq(Walker& walker, ZmqSettings& zmq) {
  walker.boolean("enabled", zmq.enabled);
  walker.text("publish", zmq.publish, NonEmptyText{});
  walker.text("query", zmq.query, AnyText{});
  walker.integer("send_high_water_mark", zmq.send_high_water_mark, 1, 10'000'000);
  walker.integer("answer_high_water_mark", zmq.answer_high_water_mark, 1, 10'000);
  walker.integer("requests_per_s", zmq.requests_per_s, 1, 1'000'000);
  walker.integer("answer_bytes_per_s", zmq.answer_bytes_per_s, 65'536, kMaxAnswerRate);
  walker.integer("max_message_bytes", zmq.max_message_bytes, 32'768, 1 << 30);
  walker.duration("linger", DurationUnit::ms, zmq.linger_ms, 0, 60'000);
  walker.duration("keepalive_idle", DurationUnit::s, zmq.keepalive_idle_s, 1, 32'767);
  walker.duration("keepalive_interval", DurationUnit::s, zmq.keepalive_interval_s, 1, 32'767);
  walker.integer("keepalive_count", zmq.keepalive_count, 1, 127);
  walker.duration("heartbeat", DurationUnit::ms, zmq.heartbeat_ms, 0, 3'600'000);
  walker.duration("inav_grid", DurationUnit::s, zmq.inav_grid_s, 1, 3600);
  walker.section("curve",
                 [&](auto& table) { table.text("secret_key", zmq.curve.secret_key, AnyText{}); });
  walker.tables("clients", zmq.clients,
                [](auto& table, ZmqClientSettings& client) { walk_zmq_client(table, client); });
}

template <class Walker>
void walk_http(Walker& walker, HttpSettings& http) {
  walker.boolean("enabled", http.enabled);
  walker.text("address", http.address, NonEmptyText{});
  walker.integer("port", http.port, 0, kMaxPort);
  walker.integer("threads", http.threads, 1, 64);
  walker.integer("max_clients", http.max_clients, 1, 100'000);
  walker.integer("max_per_address", http.max_per_address, 0, 100'000);
  walker.integer("client_queue", http.client_queue, 16, 1'000'000);
  walker.duration("client_stall", DurationUnit::ms, http.client_stall_ms, 100, 3'600'000);
  walker.integer("client_message", http.client_message, 1024, 1 << 20);
  walker.integer("max_subscriptions", http.max_subscriptions, 1, 1'000'000);
  walker.integer("commands_per_second", http.commands_per_second, 1, 100'000);
  walker.integer("replay_bytes_per_s", http.replay_bytes_per_s, 65'536, 10'000'000'000);
  walker.duration("handshake", DurationUnit::s, http.handshake_s, 1, 3600);
  walker.duration("idle", DurationUnit::s, http.idle_s, 2, 86'400);
  walker.duration("drain_grace", DurationUnit::s, http.drain_grace_s, 0, 86'400);
  walker.duration("drain_spread", DurationUnit::s, http.drain_spread_s, 0, 86'400);
  walker.boolean("deflate", http.deflate);
  walker.texts("allowed_origins", http.allowed_origins, NonEmptyText{});
  walker.text("tokens", http.tokens, AnyText{});
  walker.section("tls", [&](auto& table) {
    table.text("certificate", http.tls.certificate, AnyText{});
    table.text("key", http.tls.key, AnyText{});
  });
}

template <class Walker>
void walk_admin(Walker& walker, AdminSettings& admin) {
  walker.boolean("enabled", admin.enabled);
  walker.text("address", admin.address, NonEmptyText{});
  walker.integer("port", admin.port, 0, kMaxPort);
  walker.text("tokens", admin.tokens, AnyText{});
  walker.boolean("two_person", admin.two_person);
}

template <class Walker>
void walk_display(Walker& walker, DisplaySettings& display) {
  walker.text("colours", display.colours, one_of<Colours>(kColourNames[0], kColourNames[1]));
}

template <class Walker>
void walk_journal(Walker& walker, JournalSettings& journal) {
  walker.boolean("enabled", journal.enabled);
  walker.text("directory", journal.directory, AnyText{});
  walker.integer("ring", journal.ring, 64, kMaxRing);
}

template <class Walker>
void walk_simulator(Walker& walker, sim::Settings& simulator) {
  walker.integer("seed", simulator.seed, 0, std::numeric_limits<std::int64_t>::max());
  walker.real("speed", simulator.speed, 0.01, 100'000);
  walker.real("day_minutes", simulator.day_minutes, 0, 1440);
  walker.text("begin", simulator.begin_ms, TimeOfDayText{});
  walker.text("end", simulator.end_ms, TimeOfDayText{});
  walker.real("ticks_per_second", simulator.ticks_per_second, 0.001, 100'000);
  walker.duration("snapshot_grid", DurationUnit::ms, simulator.snapshot_grid_ms, 0, 60'000);
  walker.duration("refresh", DurationUnit::s, simulator.refresh_s, 1, 3600);
  walker.real("loss_a", simulator.loss_a, 0, 1);
  walker.real("loss_b", simulator.loss_b, 0, 1);
  walker.duration("refresh_round", DurationUnit::s, simulator.refresh_round_s, 1, 3600);
  walker.integer("hkex_first_number", simulator.hkex_first_number, 1, 2);
  walker.real("halts", simulator.halts, 0, 1);
  walker.real("suspensions", simulator.suspensions, 0, 1);
  walker.real("empty_auctions", simulator.empty_auctions, 0, 1);
  walker.boolean("wait_for_clients", simulator.wait_for_clients);
  walker.integer("client_backlog", simulator.client_backlog, 65'536, 1 << 30);
  walker.texts("hkex_ticks", simulator.hkex_ticks, TickBandText{});
  walker.text("hkex_spread_phase_2_from", simulator.hkex_spread_phase_2_from, OptionalDateText{});
  walker.texts("st_securities", simulator.st_securities, SecurityCodeText{});
}

template <class Walker>
void walk_days(Walker& walker, DaySettings& days) {
  walker.text("directory", days.directory, AnyText{});
  walker.duration("poll", DurationUnit::s, days.poll_s, 1, 3600);
  walker.text("begin_at", days.begin_at_ms, TimeOfDayText{});
}

template <class Walker>
void walk_config(Walker& walker, Config& config) {
  walker.text("trade_date", config.trade_date, OptionalDateText{});
  walker.texts("definitions", config.definitions, NonEmptyText{});
  walker.texts("calendar", config.calendar, NonEmptyText{});
  walker.text("log_level", config.log_level,
              word("trace", "debug", "info", "warning", "error", "critical", "off"));
  walker.section("days", [&](auto& table) { walk_days(table, config.days); });
  walker.section("core", [&](auto& table) { walk_core(table, config.core); });
  walker.section("threads", [&](auto& table) { walk_threads(table, config.threads); });
  walker.section("price_collar", [&](auto& table) { walk_collar(table, config.collar); });
  walker.section("level_guard", [&](auto& table) { walk_level_guard(table, config.level_guard); });
  walker.section("sse", [&](auto& table) { walk_sse(table, config.sse_enabled, config.sse); });
  walker.section("szse", [&](auto& table) { walk_szse(table, config.szse_enabled, config.szse); });
  walker.section("hkex", [&](auto& table) { walk_hkex(table, config.hkex_enabled, config.hkex); });
  walker.tables("fx", config.fx, [](auto& table, FxSettings& fx) { walk_fx(table, fx); });
  walker.tables("funds", config.funds,
                [](auto& table, FundSettings& fund) { walk_fund(table, fund); });
  walker.section("zmq", [&](auto& table) { walk_zmq(table, config.zmq); });
  walker.section("http", [&](auto& table) { walk_http(table, config.http); });
  walker.section("admin", [&](auto& table) { walk_admin(table, config.admin); });
  walker.section("display", [&](auto& table) { walk_display(table, config.display); });
  walker.section("journal", [&](auto& table) { walk_journal(table, config.journal); });
  walker.section("simulator", [&](auto& table) { walk_simulator(table, config.simulator); });
}

}  // namespace indexcast::server
