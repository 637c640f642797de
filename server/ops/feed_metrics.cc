#include "server/ops/feed_metrics.h"

#include "server/view/enum_names.h"

namespace indexcast::server {
namespace {

constexpr std::array<std::string_view, feed::kFeedCounterCount> kFeedHelp{
    "Messages that became at least one event for the core.",
    "Messages seen before: the other line or a retransmission.",
    "Well-formed messages of no use to any basket.",
    "Well-formed messages that were unusable.",
    "Messages that did not decode.",
    "Sequence numbers received in order or ahead.",
    "Sequence numbers recovered after a gap.",
    "Sequence numbers given up.",
    "Datagrams or TCP reads.",
    "Bytes received.",
    "Heartbeats received.",
    "Session messages received.",
    "Gaps detected.",
    "Connections made.",
    "Connections lost.",
    "Events handed to the core.",
    "Times the feed waited because its ring was full.",
    "Datagrams that the kernel dropped because the socket's buffer was full.",
    "Logons that a gateway answered with a logout.",
    "Logons that a gateway answered by closing the connection, or not in time.",
    "Logouts whose status says not to come back to that gateway.",
    "Switches between the gateways and the fallback file.",
    "Sequence resets, the other line's copies not counted.",
    "Publisher restarts found in the numbers alone.",
    "Requests to the retransmission service.",
    "Retransmission requests that were refused or failed.",
    "Snapshots of a refresh channel that a channel was recovered from.",
    "Messages of refresh channels.",
    "Packets that had to make room while a channel recovered.",
    "Changes of the exchange's disaster recovery state.",
    "Datagrams from an address that is not configured.",
    "Reads of a socket that failed.",
    "Multicast packets of SZSE with fragment fields as the tables of MDDP have them.",
    "Multicast packets of SZSE with fragment fields as the samples of MDDP have them.",
    "Multicast packets of SZSE that are encrypted; their messages count as lost.",
    "Messages of another date than the trading day's, among the filtered ones.",
    "Datagrams whose kernel stamp was of the future or too old; received as they were read.",
    "Messages under a stamp too far ahead to be right.",
    "Securities of which a channel brought only prices out of order."};
static_assert(!kFeedHelp.back().empty(), "every feed counter needs its help text");

ClientMetric::Label feed_label(const feed::Feed& feed) {
  return {"feed", std::string(feed::name_of(feed.venue()))};
}

void add_counters_and_states(const ServerView& view, Families& out) {
  for (std::size_t c = 0; c < feed::kFeedCounterCount; ++c) {
    MetricFamily& family =
        out.open("indexcast_feed_" + std::string(feed::kFeedCounterNames[c]) + "_total",
                 std::string(kFeedHelp[c]), MetricType::Counter);
    for (const feed::Feed* feed : view.feeds)
      Families::counter(family, {feed_label(*feed)},
                        feed->counters().get(static_cast<feed::FeedCounter>(c)));
  }
  MetricFamily& state =
      out.open("indexcast_feed_state", "1 for the state that the feed is in.", MetricType::Gauge);
  for (std::size_t i = 0; i < view.feeds.size(); ++i) {
    const feed::Feed& feed = *view.feeds[i];
    add_one_hot(state, feed_label(feed), "state", kShownFeedStateNames,
                1u << shown_state(feed.state(), feed_duty(view, i)));
  }
}

void add_unheard(const ServerView& view, Families& out) {
  MetricFamily& family =
      out.open("indexcast_feed_unheard_securities",
               "Members that were not heard since the feed lost something.", MetricType::Gauge);
  for (const feed::Feed* feed : view.feeds)
    Families::gauge(family, {feed_label(*feed)}, static_cast<double>(feed->counters().unheard()));
}

void add_feed_channels(const ServerView& view, Families& out) {
  MetricFamily& family =
      out.open("indexcast_feed_channel_state", "1 for the state that a channel of the feed is in.",
               MetricType::Gauge);
  for (std::size_t i = 0; i < view.feed_channels.size() && i < view.feeds.size(); ++i) {
    for (std::size_t c = 0; c < view.feed_channels[i]->size(); ++c) {
      const FeedChannelState channel = view.feed_channels[i]->at(c);
      const std::size_t shown = shown_state(channel.state, feed_duty(view, i));
      for (std::size_t state = 0; state < kShownFeedStateNames.size(); ++state)
        Families::gauge(family,
                        {feed_label(*view.feeds[i]),
                         {"channel", std::to_string(channel.channel)},
                         {"state", std::string(kShownFeedStateNames[state])}},
                        shown == state ? 1 : 0);
    }
  }
}

void add_channel_lags(const ServerView& view, Families& out) {
  MetricFamily& family = out.open(
      "indexcast_feed_channel_lag_seconds",
      "How much later than their stamps a channel's messages come than in the best minute today.",
      MetricType::Gauge);
  for (std::size_t i = 0; i < view.feed_channels.size() && i < view.feeds.size(); ++i) {
    for (std::size_t c = 0; c < view.feed_channels[i]->size(); ++c) {
      const FeedChannelState channel = view.feed_channels[i]->at(c);
      Families::gauge(family,
                      {feed_label(*view.feeds[i]), {"channel", std::to_string(channel.channel)}},
                      static_cast<double>(channel.lag_ms) / 1000);
    }
  }
}

void add_feed_rings(const ServerView& view, Families& out) {
  for (const bool capacity : {false, true}) {
    MetricFamily& family =
        capacity ? out.open("indexcast_feed_ring_capacity_events",
                            "Events that a feed's ring holds.", MetricType::Gauge)
                 : out.open("indexcast_feed_ring_depth_events",
                            "Events waiting in a feed's ring for the core.", MetricType::Gauge);
    for (std::size_t i = 0; i < view.feed_rings.size() && i < view.feeds.size(); ++i) {
      if (view.feed_rings[i] == nullptr) continue;
      const auto& ring = *view.feed_rings[i];
      Families::gauge(family, {feed_label(*view.feeds[i])},
                      static_cast<double>(capacity ? ring.capacity() : ring.size()));
    }
  }
}

void add_fx_sources(const ServerView& view, Families& out) {
  MetricFamily& family = out.open(
      "indexcast_fx_values_total",
      "Values of a source of exchange rates: taken, or refused and why.", MetricType::Counter);
  for (const FxSourceStats* source : view.fx_sources) {
    const auto add = [&, rank = std::to_string(source->rank)](std::string_view result,
                                                              std::uint64_t count) {
      Families::counter(
          family, {{"series", source->series}, {"rank", rank}, {"result", std::string(result)}},
          count);
    };
    add("taken", source->taken.get());
    for (std::size_t i = 0; i < kFxRefusalCount; ++i)
      add(kFxRefusalNames[i], source->refused[i].get());
  }
}

}  // namespace

void add_feeds(const ServerView& view, Families& out) {
  add_counters_and_states(view, out);
  add_unheard(view, out);
  add_feed_channels(view, out);
  add_channel_lags(view, out);
  add_feed_rings(view, out);
  add_fx_sources(view, out);
}

}  // namespace indexcast::server
