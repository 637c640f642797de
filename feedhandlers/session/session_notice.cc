#include "feedhandlers/session/session_notice.h"

#include "feedhandlers/transport/charset.h"

namespace indexcast::feed {
namespace {

// Quotes the text and replaces characters that could forge a line of the log.
template <std::size_t N>
std::string quoted(Venue venue, const std::array<char, N>& field) {
  const std::string_view bytes(
      field.data(),
      static_cast<std::size_t>(std::find(field.begin(), field.end(), '\0') - field.begin()));
  std::string text = to_utf8(bytes, venue == Venue::sse ? Charset::gbk : Charset::utf8);
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '"'; }, '?');
  return '"' + text + '"';
}

std::string status(Venue venue, const SessionNotice& notice) {
  std::string out = "status " + std::to_string(notice.number);
  if (!notice.meaning.empty()) out.append(" (").append(notice.meaning).append(")");
  return out + ", text " + quoted(venue, notice.text);
}

std::string subject(Venue venue, const SessionNotice& notice) {
  std::string out(name_of(venue));
  out += notice.resend ? " resend gateway " : " gateway ";
  return out + (notice.address != nullptr ? to_string(*notice.address)
                                          : std::to_string(notice.gateway + 1));
}

}  // namespace

bool is_warning(const SessionNotice& notice) {
  return notice.kind != SessionNotice::Kind::logged_on &&
         notice.kind != SessionNotice::Kind::logged_out;
}

std::string describe(Venue venue, const SessionNotice& notice) {
  using Kind = SessionNotice::Kind;
  const std::string who = subject(venue, notice);
  switch (notice.kind) {
    case Kind::logged_on:
      return who + " answered the logon: SenderCompID " + quoted(venue, notice.sender) +
             ", TargetCompID " + quoted(venue, notice.target);
    case Kind::closed_unanswered:
      return who +
             " closed the connection right after our logon, without a logout. Likely causes: "
             "target_comp_id, sender_comp_id or password are not those of this gateway, or the "
             "gateway still holds an earlier session on this port. Not repeated until the gateway "
             "answers";
    case Kind::unanswered:
      return who + " did not answer our logon in time. Not repeated until the gateway answers";
    case Kind::refused:
      return who + " refused our logon: " + status(venue, notice);
    case Kind::logged_out:
      return who + " ended the session: " + status(venue, notice);
    case Kind::encrypted:
      return std::string(name_of(venue)) + " multicast channel " + std::to_string(notice.number) +
             ": packets are encrypted and cannot be read; their messages count as lost";
  }
  return who;
}

}  // namespace indexcast::feed
