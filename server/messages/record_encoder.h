// An event (is_event) as the subscriber's message.
#pragma once

#include <string>
#include <string_view>

#include "calc/record.h"
#include "indexcast/v1/query.pb.h"
#include "server/view/server_view.h"

namespace indexcast::server {

// The topic of a record that is_event(), without code and slashes: "status".
std::string_view topic_of(RecordKind kind);

// One thread.
class RecordEncoder {
 public:
  // What `view` points to outlives the encoder.
  explicit RecordEncoder(const ServerView& view);

  // Fills `out` from a record that is_event(). `publish_time` is of the receive clock, and the
  // message's times are of the wall clock (Clock::published).
  void fill(const Record& record, TimeNs publish_time, v1::Event& out) const;

  // The StatusChanged, DefinitionChanged, Correction or PendingPrice of it, serialized; valid until
  // the next call.
  std::string_view encode(const Record& record, TimeNs publish_time);

 private:
  void fill_status(const StatusChanged& record, v1::StatusChanged& out) const;
  void fill_definition_change(const DefinitionChanged& record, v1::DefinitionChanged& out) const;
  void fill_correction(const Correction& record, v1::Correction& out) const;
  void fill_pending(const PendingPrice& record, v1::PendingPrice& out) const;

  const Universe* universe_;
  const DefinitionSets* definition_sets_;
  std::uint64_t epoch_;
  Date trade_date_;
  Clock clock_;
  v1::Event event_;
  std::string bytes_;
};

}  // namespace indexcast::server
