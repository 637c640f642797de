// What the answering side counts. Its own thread writes, any thread reads.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "server/view/counter.h"
#include "server/view/words.h"
#include "server/zmq/report_table.h"

namespace indexcast::server {

// Of v1::Request: body_case n is word n - 2.
inline constexpr std::array<std::string_view, 6> kQuestionWords{"snapshot",    "replay",  "records",
                                                                "definitions", "members", "report"};

struct QueryStats {
  std::array<Counter, kQuestionWords.size()> questions;  // that were understood, refused or not
  std::array<Counter, kRefusalWords.size()> refusals;
  Counter levels;  // in answers
  Counter bytes;   // of answers
  Counter unsent;  // answers that their asker did not take, or was not there for any more
  Counter peers;   // known now
  Counter lapped;  // times that the core overtook this reader by the whole ring
  ReportTable reports;
};

}  // namespace indexcast::server
