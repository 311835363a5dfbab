// The report's PAdES signature (ETSI EN 319 142-1), what is attached to it, and its words.

import { sha256 } from "@noble/hashes/sha2.js";

import { hex, latin1, unhex } from "../bytes.js";
import { OID, fingerprint, isStrongKey, keyOf, octets, readCertificate } from "../crypto/certificates.js";
import { Invalid, checkSigner, isNamed, isOfData, isStrongSignature, readContentInfo, signatureTokens } from "../crypto/cms.js";
import { header } from "../crypto/der.js";
import { Unsupported } from "../problems.js";
import { PdfString, Reference } from "./lexer.js";
import { PdfReader, Stream, isName } from "./reader.js";
import { wordsOf } from "./text.js";

const SUBFILTERS = ["ETSI.CAdES.detached", "adbe.pkcs7.detached"];
const MAX_FIELDS = 1000;
const MAY_BE_PROOF = /DocTimeStamp|\/DSS|ObjStm|#[0-9a-fA-F]{2}/;
const RANGE = /\/ByteRange[\s]*\[[\s]*([0-9]{1,10})[\s]+([0-9]{1,10})[\s]+([0-9]{1,10})[\s]+([0-9]{1,10})[\s]*\]/g;

/**
 * Check the signature first, then read what was signed. `problem`: a check code of the signature, or empty; `doubt`: a
 * code of why the signature can be neither confirmed nor refuted here, or empty; `contentDoubt` the same of the content.
 */
export async function checkReport(pdf, certificateSha256, attachment, digestsOf) {
  const answer = { problem: "", doubt: "", contentProblem: "", contentDoubt: "", attachmentSha256: "", text: "", tokens: [] };
  if (latin1(pdf.subarray(0, 5)) !== "%PDF-") {
    return { ...answer, problem: "report.unreadable", contentDoubt: "report.page_unsupported" };
  }
  let reader;
  let catalog;
  try {
    reader = new PdfReader(pdf);
    if (reader.trailer.has("Encrypt")) {
      return { ...answer, problem: "report.encrypted", contentDoubt: "report.page_unsupported" };
    }
    catalog = reader.member(reader.trailer, "Root");
    Object.assign(answer, await signatureOf(reader, catalog, pdf, certificateSha256, digestsOf));
  } catch (problem) {
    if (!(problem instanceof Unsupported)) throw problem;
    answer.problem = await rawProblem(pdf, digestsOf);
    if (!answer.problem) answer.doubt = "report.page_unsupported";
  }
  try {
    if (!reader) throw new Unsupported("pdf");
    Object.assign(answer, await attachmentOf(reader, catalog, attachment));
    answer.text = await wordsOf(reader, catalog);
  } catch (problem) {
    if (!(problem instanceof Unsupported)) throw problem;
    answer.contentDoubt = "report.page_unsupported";
  }
  return answer;
}

/** The signature fields that are filled (ISO 32000-1, 12.7.4.5). */
function signaturesOf(reader, catalog) {
  const found = [];
  let count = 0;
  const visit = (fields, inherited) => {
    for (const each of reader.resolve(fields) ?? []) {
      const field = reader.resolve(each);
      if (!(field instanceof Map) || (count += 1) > MAX_FIELDS) throw new Unsupported("fields");
      const type = reader.member(field, "FT") ?? inherited;
      const value = reader.member(field, "V");
      if (isName(type, "Sig") && value !== null) {
        if (!(value instanceof Map)) throw new Unsupported("signature");
        found.push(value);
      }
      if (field.has("Kids")) visit(field.get("Kids"), type);
    }
  };
  const form = reader.member(catalog, "AcroForm");
  if (form !== null) visit(reader.member(form, "Fields"), null);
  return found;
}

async function signatureOf(reader, catalog, pdf, certificateSha256, digestsOf) {
  const found = signaturesOf(reader, catalog);
  const raw = latin1(pdf);
  if (found.some((each) => each.has("Type") && !isName(reader.member(each, "Type"), "Sig"))) throw new Unsupported("stamp");
  if (found.length > 1) return { problem: "report.several_signatures" };
  if (/\/(?:ObjStm|XRefStm)/.test(raw)) throw new Unsupported("objects");
  if (!found.length) {
    if (raw.includes("/ByteRange")) throw new Unsupported("signature outside the form");
    return { problem: "report.not_signed" };
  }
  const [signature] = found;
  if (raw.split("/ByteRange").length !== 2) throw new Unsupported("several ranges");
  if (!SUBFILTERS.some((name) => isName(reader.member(signature, "SubFilter"), name))) {
    return { problem: "signature.weak_algorithm" };
  }
  const contents = signature.get("Contents");
  const range = reader.member(signature, "ByteRange");
  if (!(contents instanceof PdfString) || !Array.isArray(range) || !range.every(Number.isInteger)) {
    throw new Unsupported("signature");
  }
  const [start, gap, rest, length] = range;
  const isRight = range.length === 4 && start === 0 && gap === contents.start && rest === contents.end &&
    rest + length <= pdf.length && /^<[0-9a-fA-F]*>$/.test(raw.slice(gap, rest));
  if (!isRight) throw new Unsupported("range");
  const digests = await digestsOf(pdf.subarray(0, gap), pdf.subarray(rest, rest + length));
  const said = await cmsProblem(contents.bytes, certificateSha256, digests);
  if (said.problem || rest + length === pdf.length) return said;
  // Something was added after signing. Only proof for the signature may be, and that needs a stamp over the whole: where
  // the added bytes cannot hold one, the answer is sure.
  const mayBeProof = MAY_BE_PROOF.test(raw.slice(rest + length));
  return mayBeProof ? { ...said, doubt: "report.page_added_to" } : { ...said, problem: "report.added_to" };
}

/** Whether `contents` is a signature by the expected key over the content with these digests, and nothing more. */
async function cmsProblem(contents, certificateSha256, digests) {
  const { end } = header(contents, 0);
  if (end < 0) throw new Unsupported("indefinite length");
  const info = readContentInfo(contents.subarray(0, end));
  if (info.type !== OID.signedData || info.signers.length !== 1) return { problem: "parser.malformed" };
  if (!isOfData(info)) return { problem: "parser.malformed" };
  if (info.signed.encapContentInfo.eContent) throw new Unsupported("content in the signature");
  const [signer] = info.signers;
  const known = { tokens: signatureTokens(signer), signatureValue: signer.signature };
  const prints = await Promise.all(info.certificates.map(fingerprint));
  const chosen = info.certificates[prints.indexOf(certificateSha256)];
  if (!chosen) return { ...known, problem: "report.other_key" };
  const certificate = readCertificate(chosen);
  if (!isNamed(signer, certificate)) return { ...known, problem: "report.other_key" };
  if (!isStrongKey(keyOf(certificate)) || !isStrongSignature(signer)) return { ...known, problem: "signature.weak_algorithm" };
  if (!signer.attributes?.size) return { ...known, problem: "report.invalid" };
  try {
    const { isIntact, isValid } = await checkSigner(signer, certificate, digests[signer.digest], OID.data);
    if (!isIntact) return { ...known, problem: "report.changed" };
    if (!isValid) return { ...known, problem: "report.invalid" };
  } catch (problem) {
    if (problem instanceof Invalid) return { ...known, problem: "report.invalid" };
    throw problem;
  }
  // Nothing but zeros may follow in the space that was reserved for the signature, which it cannot cover.
  return { ...known, problem: contents.subarray(end).some(Boolean) ? "report.added_to" : "" };
}

/** Of a PDF that cannot be followed: what is plainly wrong with its one signature all the same, or an empty string. */
async function rawProblem(pdf, digestsOf) {
  const matches = [...latin1(pdf).matchAll(RANGE)];
  if (matches.length !== 1) return "";
  const [start, gap, rest, length] = matches[0].slice(1).map(Number);
  const reserved = latin1(pdf.subarray(gap, rest));
  if (start !== 0 || !reserved.startsWith("<") || !reserved.endsWith(">")) return "";
  if (/[^0-9a-fA-F\0\t\n\f\r ]/.test(reserved.slice(1, -1))) return "report.unreadable";
  if (rest + length > pdf.length) return "report.changed";
  const digests = await digestsOf(pdf.subarray(0, gap), pdf.subarray(rest, rest + length));
  try {
    const contents = unhex(reserved.slice(1, -1));
    const info = readContentInfo(contents.subarray(0, header(contents, 0).end));
    const stated = info.signers[0].attributes.get(OID.messageDigest)[0][0];
    if (hex(octets(stated)) !== hex(digests[info.signers[0].digest])) return "report.changed";
  } catch {
    return "";
  }
  const after = latin1(pdf.subarray(rest + length));
  return after && !MAY_BE_PROOF.test(after) ? "report.added_to" : "";
}

/** The attached file of this name (ISO 32000-1, 7.11.4): its SHA-256, or the check code of why there is none. */
async function attachmentOf(reader, catalog, name) {
  const found = [];
  let count = 0;
  const visit = (node, depth) => {
    if (!(node instanceof Map) || depth > 20 || (count += 1) > MAX_FIELDS) throw new Unsupported("names");
    const names = reader.member(node, "Names") ?? [];
    for (let at = 0; at + 1 < names.length; at += 2) {
      if (textOf(reader.resolve(names[at])) === name) found.push(reader.resolve(names[at + 1]));
    }
    for (const kid of reader.member(node, "Kids") ?? []) visit(reader.resolve(kid), depth + 1);
  };
  const tree = reader.member(reader.member(catalog, "Names"), "EmbeddedFiles");
  if (tree !== null) visit(tree, 0);
  if (!found.length) return { contentProblem: "report.no_attachment" };
  const files = reader.member(found[0], "EF");
  if (found.length > 1 || !(files instanceof Map) || !files.size) throw new Unsupported("attachment");
  const [first, ...others] = [...files.values()];
  if (!(first instanceof Reference) || others.some((each) => each.number !== first.number)) throw new Unsupported("attachment");
  const stream = reader.resolve(first);
  if (!(stream instanceof Stream)) throw new Unsupported("attachment");
  return { attachmentSha256: hex(sha256(await stream.decoded())) };
}

function textOf(value) {
  if (!(value instanceof PdfString)) throw new Unsupported("name");
  const isWide = value.bytes[0] === 0xfe && value.bytes[1] === 0xff;
  return isWide ? new TextDecoder("utf-16be").decode(value.bytes) : latin1(value.bytes);
}
