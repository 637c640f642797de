#include "server/messages/record_encoder.h"

#include "server/messages/definition_message.h"

namespace indexcast::server {

std::string_view topic_of(RecordKind kind) {
  if (kind == RecordKind::status_changed) return "status";
  if (kind == RecordKind::pending_price) return "pending";
  return kind == RecordKind::definition_changed ? "definition" : "correction";
}

RecordEncoder::RecordEncoder(const ServerView& view)
    : universe_(view.universe),
      definition_sets_(view.definition_sets),
      epoch_(view.epoch),
      trade_date_(view.trade_date),
      clock_(view.clock) {}

void RecordEncoder::fill(const Record& record, TimeNs publish_time, v1::Event& out) const {
  const std::int64_t published_ns = clock_.published(publish_time).ns;
  if (record.kind() == RecordKind::status_changed) {
    v1::StatusChanged& status = *out.mutable_status();
    fill_status(record.as<StatusChanged>(), status);
    status.set_publish_time(published_ns);
  } else if (record.kind() == RecordKind::definition_changed) {
    v1::DefinitionChanged& definition = *out.mutable_definition();
    fill_definition_change(record.as<DefinitionChanged>(), definition);
    definition.set_publish_time(published_ns);
  } else if (record.kind() == RecordKind::pending_price) {
    v1::PendingPrice& pending = *out.mutable_pending();
    fill_pending(record.as<PendingPrice>(), pending);
    pending.set_publish_time(published_ns);
  } else {
    v1::Correction& correction = *out.mutable_correction();
    fill_correction(record.as<Correction>(), correction);
    correction.set_publish_time(published_ns);
  }
}

std::string_view RecordEncoder::encode(const Record& record, TimeNs publish_time) {
  fill(record, publish_time, event_);
  if (event_.has_status()) {
    event_.status().SerializeToString(&bytes_);
  } else if (event_.has_definition()) {
    event_.definition().SerializeToString(&bytes_);
  } else if (event_.has_pending()) {
    event_.pending().SerializeToString(&bytes_);
  } else {
    event_.correction().SerializeToString(&bytes_);
  }
  return bytes_;
}

void RecordEncoder::fill_status(const StatusChanged& record, v1::StatusChanged& out) const {
  out.set_epoch(epoch_);
  out.set_record_sequence(record.record_sequence);
  out.set_code(universe_->indices()[record.header.id].code);
  out.set_trade_date(trade_date_);
  out.set_index_sequence(record.index_sequence);
  out.set_status(static_cast<v1::IndexStatus>(record.header.detail));
  out.set_previous_status(static_cast<v1::IndexStatus>(record.header.detail2));
  out.set_flags(record.flags);
  out.set_previous_flags(record.previous_flags);
  out.set_quotable(record.quotable);
  out.set_previous_quotable(record.previous_quotable);
  out.set_cause(static_cast<v1::Cause>(record.header.detail3));
  out.set_input_sequence(record.header.input_sequence);
  out.set_exchange_time(record.exchange_time.ns);
  out.set_receive_time(clock_.published(record.receive_time).ns);
}

void RecordEncoder::fill_definition_change(const DefinitionChanged& record,
                                           v1::DefinitionChanged& out) const {
  out.set_epoch(epoch_);
  out.set_record_sequence(record.record_sequence);
  out.set_input_sequence(record.header.input_sequence);
  out.set_control_id(record.control_id);
  out.set_receive_time(clock_.published(record.receive_time).ns);
  fill_definition(definition_sets_->at(record.definition_set)->indices()[record.header.id],
                  *out.mutable_definition());
}

void RecordEncoder::fill_correction(const Correction& record, v1::Correction& out) const {
  out.set_epoch(epoch_);
  out.set_record_sequence(record.record_sequence);
  out.set_code(universe_->indices()[record.header.id].code);
  out.set_trade_date(trade_date_);
  out.set_control_id(record.control_id);
  out.set_from_sequence(record.from_sequence);
  out.set_to_sequence(record.to_sequence);
  out.set_decimals(record.header.detail2);
  out.set_published(record.published.raw);
  out.set_corrected(record.corrected.raw);
  out.set_input_sequence(record.header.input_sequence);
  out.set_receive_time(clock_.published(record.receive_time).ns);
}

void RecordEncoder::fill_pending(const PendingPrice& record, v1::PendingPrice& out) const {
  out.set_epoch(epoch_);
  out.set_record_sequence(record.record_sequence);
  out.set_code(universe_->indices()[record.header.id].code);
  out.set_trade_date(trade_date_);
  out.set_subject(static_cast<v1::DecisionSubject>(record.header.detail3));
  out.set_decision(static_cast<v1::Decision>(record.header.detail));
  out.set_reason(static_cast<v1::DecisionReason>(record.header.detail2));
  out.set_symbol(universe_->instruments()[record.instrument].symbol);
  out.set_price(record.price.raw);
  out.set_reference(record.reference.raw);
  out.set_impact(record.impact);
  out.set_input_sequence(record.header.input_sequence);
  out.set_exchange_time(record.exchange_time.ns);
  out.set_receive_time(clock_.published(record.receive_time).ns);
}

}  // namespace indexcast::server
