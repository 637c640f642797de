#include "server/tools/decode/decode_output.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace indexcast::server {
namespace {

constexpr std::size_t kFlushAt = 1 << 16;

void append_member(std::string& out, std::string_view key, std::string_view value) {
  out += ",\"";
  out += key;
  out += "\":";
  append_json_string(out, value);
}

void append_member(std::string& out, std::string_view key, std::uint64_t value) {
  out += ",\"";
  out += key;
  out += "\":";
  append_number(out, value);
}

nlohmann::ordered_json json_of(const DecodeCount& count) {
  return {{"items", count.items}, {"bytes", count.bytes}};
}

nlohmann::ordered_json json_of(const ReasonedCount& count) {
  nlohmann::ordered_json json = json_of(count.all);
  json["reasons"] = nlohmann::ordered_json::object();
  for (const auto& [reason, part] : count.reasons) json["reasons"][reason] = json_of(part);
  return json;
}

std::string_view shown_name(const MessageHead& head) {
  return head.known() ? head.name : std::string_view("unknown");
}

}  // namespace

void DecodeOutput::begin_object(std::string_view key, std::string_view value) {
  line_ += "{\"venue\":";
  append_json_string(line_, venue_);
  append_member(line_, key, value);
}

// Names the capture at the start of a text line when there are several.
void DecodeOutput::begin_line(StreamPlace place) {
  if (captures_.size() < 2) return;
  line_ += captures_[place.capture];
  line_ += ": ";
}

void DecodeOutput::add_place(StreamPlace place) {
  if (captures_.size() > 1) append_member(line_, "capture", captures_[place.capture]);
  append_member(line_, "packet", place.packet);
  append_member(line_, "offset", place.offset);
}

void DecodeOutput::begin_message(const MessageHead& head, StreamPlace place,
                                 const Direction& direction) {
  if (!json_) {
    begin_line(place);
    if (head.has_sequence) {
      append_number(line_, head.sequence);
    } else {
      line_ += '-';
    }
    line_ += ' ';
    line_ += shown_name(head);
    if (!head.known()) line_ += " type=" + head.type;
    return;
  }
  begin_object("type", head.type);
  append_member(line_, "name", shown_name(head));
  // Every line has the same keys: null where the venue's header has no number (SZSE).
  if (head.has_sequence) {
    append_member(line_, "seq", head.sequence);
  } else {
    line_ += ",\"seq\":null";
  }
  add_place(place);
  append_member(line_, "from", direction.from);
  append_member(line_, "to", direction.to);
  line_ += ",\"fields\":{";
}

void DecodeOutput::end_message() {
  if (json_) line_ += "}}";
  end_line();
}

// `bytes` is 0 for a message of a compressed packet, which is counted as a whole.
void DecodeOutput::count_message(const MessageHead& head, std::size_t bytes,
                                 std::size_t undescribed) {
  if (!head.known()) return totals_.unknown_type.add(head.type, bytes);
  if (!head.has_table) return totals_.named_only.add(head.type, bytes);
  undescribed = std::min(undescribed, bytes);
  totals_.decoded.add(bytes - undescribed);
  if (undescribed != 0) totals_.undescribed.add(undescribed);
}

// All of a line about bytes that are no message, but for its end.
void DecodeOutput::remark(std::string_view kind, std::string_view reason, std::size_t bytes,
                          StreamPlace place) {
  if (json_) {
    begin_object(kind, reason);
    add_place(place);
    append_member(line_, "bytes", bytes);
    return;
  }
  begin_line(place);
  line_ += kind == "malformed" ? "! " : "~ ";
  line_.append(kind).append(" ").append(reason);
  line_ += " packet=" + std::to_string(place.packet) + " offset=" + std::to_string(place.offset) +
           " bytes=" + std::to_string(bytes);
}

void DecodeOutput::add_direction(const Direction& direction) {
  if (json_) {
    append_member(line_, "from", direction.from);
    append_member(line_, "to", direction.to);
    line_ += '}';
  } else {
    line_ += " " + direction.from + " > " + direction.to;
  }
  end_line();
}

void DecodeOutput::malformed(std::string_view reason, std::size_t bytes, StreamPlace place,
                             const Direction& direction) {
  totals_.malformed.add(reason, bytes);
  remark("malformed", reason, bytes, place);
  add_direction(direction);
}

void DecodeOutput::skipped(std::string_view reason, std::size_t bytes, StreamPlace place,
                           const Direction& direction) {
  totals_.skipped.add(reason, bytes);
  remark("skipped", reason, bytes, place);
  add_direction(direction);
}

void DecodeOutput::malformed_packet(feed::PacketVerdict verdict, std::size_t bytes,
                                    StreamPlace place) {
  totals_.malformed.add(name_of(verdict), bytes);
  remark("malformed", name_of(verdict), bytes, place);
  if (json_) line_ += '}';
  end_line();
}

void DecodeOutput::write_totals() {
  if (!json_) return;
  nlohmann::ordered_json totals{{"bytes", totals_.captured_bytes},
                                {"decoded", json_of(totals_.decoded)},
                                {"undescribed", json_of(totals_.undescribed)},
                                {"named_only", json_of(totals_.named_only)},
                                {"unknown_type", json_of(totals_.unknown_type)},
                                {"skipped", json_of(totals_.skipped)},
                                {"malformed", json_of(totals_.malformed)},
                                {"packets", totals_.packets},
                                {"missing_bytes", totals_.missing_bytes},
                                {"cut_bytes", totals_.cut_bytes}};
  line_ += nlohmann::ordered_json{{"venue", venue_}, {"totals", std::move(totals)}}.dump();
  end_line();
}

void DecodeOutput::end_line() {
  line_ += '\n';
  if (line_.size() >= kFlushAt) flush();
}

void DecodeOutput::flush() {
  out_.write(line_.data(), static_cast<std::streamsize>(line_.size()));
  line_.clear();
}

}  // namespace indexcast::server
