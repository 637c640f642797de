// Where the core's records go: ring and table in the server, a file in a replay, a vector in a
// test.
#pragma once

#include "calc/record.h"

namespace indexcast {

class RecordSink {
 public:
  virtual ~RecordSink() = default;
  // A level; the sink may stamp its calculation_time, which stands outside the core's promise of
  // equality.
  virtual void write(LevelUpdate& update) = 0;
  // Any other record.
  virtual void write(const Record& record) = 0;
};

}  // namespace indexcast
