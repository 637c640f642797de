#include "server/cli/decode_output.h"

#include "server/cli/text_output.h"

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

std::string_view shown_name(const MessageHead& head) {
  return head.known() ? head.name : std::string_view("unknown");
}

}  // namespace

void DecodeOutput::begin_object(std::string_view key, std::string_view value) {
  line_ += "{\"venue\":";
  append_json_string(line_, venue_);
  append_member(line_, key, value);
}

void DecodeOutput::add_place(StreamPlace place) {
  append_member(line_, "packet", place.packet);
  append_member(line_, "offset", place.offset);
}

void DecodeOutput::begin_message(const MessageHead& head, StreamPlace place,
                                 const Direction& direction) {
  if (!json_) {
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

void DecodeOutput::malformed(std::string_view reason, std::size_t bytes, StreamPlace place,
                             const Direction& direction) {
  totals_.malformed.add(bytes);
  if (json_) {
    begin_object("malformed", reason);
    add_place(place);
    append_member(line_, "bytes", bytes);
    append_member(line_, "from", direction.from);
    append_member(line_, "to", direction.to);
    line_ += '}';
  } else {
    line_ += "! malformed ";
    line_ += reason;
    line_ += " packet=" + std::to_string(place.packet) + " offset=" + std::to_string(place.offset) +
             " bytes=" + std::to_string(bytes) + " " + direction.from + " > " + direction.to;
  }
  end_line();
}

void DecodeOutput::skipped(std::size_t bytes, StreamPlace place, const Direction& direction) {
  totals_.skipped.add(bytes);
  if (json_) {
    begin_object("skipped", "out of step or too long");
    add_place(place);
    append_member(line_, "bytes", bytes);
    append_member(line_, "from", direction.from);
    append_member(line_, "to", direction.to);
    line_ += '}';
  } else {
    line_ += "~ skipped packet=" + std::to_string(place.packet) +
             " offset=" + std::to_string(place.offset) + " bytes=" + std::to_string(bytes) + " " +
             direction.from + " > " + direction.to;
  }
  end_line();
}

void DecodeOutput::malformed_packet(feed::PacketVerdict verdict, std::uint64_t number) {
  ++totals_.malformed.items;
  if (json_) {
    begin_object("malformed", name_of(verdict));
    add_place({number, 0});
    line_ += '}';
  } else {
    line_ += "! malformed ";
    line_ += name_of(verdict);
    line_ += " packet=" + std::to_string(number);
  }
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
