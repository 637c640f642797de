// What the answering side counts. Its own thread writes, any thread reads.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "server/view/counter.h"
#include "server/view/enum_names.h"
#include "server/zmq/report_table.h"

namespace indexcast::server {

// Of v1::Request: body_case n is name n - 2.
inline constexpr std::array<std::string_view, 6> kQuestionNames{"snapshot",    "replay",  "records",
                                                                "definitions", "members", "report"};

struct QueryStats {
  std::array<Counter, kQuestionNames.size()> questions;  // that were understood, refused or not
  std::array<Counter, kRefusalNames.size()> refusals;
  Counter levels;  // in answers
  Counter bytes;   // of answers
  Counter unsent;  // answers that their client did not take, or that came after it left
  Counter peers;   // known now
  Counter lapped;  // times that the core overtook this reader by the whole ring
  ReportTable reports;
};

}  // namespace indexcast::server
