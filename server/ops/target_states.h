// What stands for each index, instrument and series: the version that a request must expect, and
// what an operator may find in force. A mirror of the core's records.
#pragma once

#include <cstdint>
#include <vector>

#include "calc/record.h"
#include "calc/universe.h"

namespace indexcast::server {

struct IndexStanding {
  std::uint32_t version = 0;
  LevelUpdate level;  // the newest; index_sequence 0: none yet
};

struct InstrumentStanding {
  std::uint32_t version = 0;
  Price price{};  // in force; zero: none yet
  PriceKind kind{};
  Price pending{};         // zero: none waits
  Price previous_close{};  // the exchange's, if it differs from ours; zero: it does not
  bool confirmed = false;  // that difference, by an operator
};

struct SeriesStanding {
  std::uint32_t version = 0;
  FxRate override_rate{};  // zero: none in force
  FxRate pending{};        // zero: none waits
  FxRate day_fx{};         // that an operator set; zero: the definition's
};

// One thread. `universe` outlives it.
class TargetStates {
 public:
  explicit TargetStates(const Universe& universe);

  void apply(const Record& record);
  // Records were overwritten before they were read: what was in them shows only when it changes
  // again.
  void note_loss() { certain_ = false; }

  bool certain() const { return certain_; }
  const IndexStanding& index(IndexId id) const { return indices_[id]; }
  const InstrumentStanding& instrument(InstrumentId id) const { return instruments_[id]; }
  const SeriesStanding& series(SeriesId id) const { return series_[id]; }

 private:
  void apply(const PriceApplied& price);
  void apply(const InputDecision& decision);
  void apply(const ControlDone& done);
  void apply_to_instrument(const ControlDone& done);
  void apply_to_series(const ControlDone& done);

  const Universe* universe_;
  std::vector<IndexStanding> indices_;
  std::vector<InstrumentStanding> instruments_;
  std::vector<SeriesStanding> series_;
  bool certain_ = true;
};

}  // namespace indexcast::server
