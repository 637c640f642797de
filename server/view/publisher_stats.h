// What a publisher counts about itself. Its own thread writes, any thread reads.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "server/view/counter.h"
#include "server/view/latency_histogram.h"

namespace indexcast::server {

struct PublisherStats {
  explicit PublisherStats(std::string publisher) : name(std::move(publisher)) {}

  const std::string name;  // "zeromq", "websocket": the label of its metrics
  Counter levels;          // level messages handed to the transport
  Counter bytes;           // of all messages, topics included
  Counter heartbeats;
  Counter inavs;          // indicative values of funds, ticks and grid
  Counter grids;          // levels of the grid
  Counter records;        // status, definition, correction and pending messages
  Counter lapped;         // times that the core overtook this reader by the whole ring
  Counter skipped;        // levels left out, every one named in a Skipped message
  Counter send_failures;  // messages that the transport refused
  Counter cursor;         // records of the broadcast ring read or left out
  // From the receipt of the causing input to the hand-over of the level, for prices and rates.
  LatencyHistogram tick_to_publish;
};

}  // namespace indexcast::server
