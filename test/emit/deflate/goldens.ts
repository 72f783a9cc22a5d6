/**
 * Digests of what the real programs wrote for the inputs of inputs.ts: klauspost/compress v1.18.0, v1.18.1 and v1.18.2
 * (gzip.NewWriter), klauspost/pgzip v1.2.6 on each of them (pgzip.NewWriter) and compress/gzip of Go 1.26.8, each
 * given the input by one Write and then closed. A digest is the first 32 digits of the SHA-256 of the member.
 */
import type { DeflateGeneration } from '../../../src/melange/format.ts';
import type { Kind } from './inputs.ts';

type Golden = readonly [readonly DeflateGeneration[], Kind, number, string];

const first: readonly DeflateGeneration[] = ['v1.15.10'];
const second: readonly DeflateGeneration[] = ['v1.18.1'];
const third: readonly DeflateGeneration[] = ['v1.18.2'];
const later = [...second, ...third];
const all = [...first, ...later];

export const klauspostGoldens: readonly Golden[] = [
  [all, 'zeros', 0, 'd745de7aeb2aad43aa42c3327d96aa93'],
  [all, 'zeros', 1, '8b0976f91b06144966f9e6b57d0bcc5b'],
  [all, 'random', 32, 'dc1192d2588a8f0312e4e50c1e82d316'],
  [all, 'text', 33, '186120c3a0ab4ccf46392e7903228ec1'],
  [all, 'zeros', 127, '333b6587a4b8c2d1e11acec4cdbe8eea'],
  [all, 'text', 127, '648e6464b6d75937202346295fcb4098'],
  [all, 'text', 128, 'f1c439b0803d429f17fc8a338a9fb3c2'],
  [all, 'random', 300, '075f0da01acc16b0c05b8be8d8ee27f5'],
  [all, 'text', 300, '2ce75aec542fcb2c59daa18b5c534f9c'],
  [all, 'copies', 2_000, '17de6347bdedda883599853cb0b2347b'],
  [all, 'skewed', 5_000, 'ee910d82ccc04c55b841e976dadd330a'],
  [all, 'zeros', 65_535, '256b0e3a19be94164d39d1e314c68c9f'],
  [first, 'zeros', 65_536, 'f4f7d589a55d253197c63120db3bc5cf'],
  [later, 'zeros', 65_536, '61c5ac17823bbe5a5931d338bf582b51'],
  [all, 'text', 65_535, '10b9d5d760e83f2d9c4e38dec64ad432'],
  [first, 'letters', 65_536, 'a877a00b00b37b09fc33ccb644c7f5b0'],
  [later, 'letters', 65_536, '319cf0304d6dcab715abd1cfbd32c623'],
  [first, 'skewed', 131_103, 'dbd2db12bc3f5d2e4d11c6bfe96151f7'],
  [later, 'skewed', 131_103, 'bd5780ca19f53d517436dcb938f783ca'],
  [all, 'random', 70_000, '00264815c2d43e242665d7827fe135b0'],
  [all, 'copies', 200_000, '1d898bda8dc6244f49298c991ef8ae22'],
  [first, 'text', 300_000, '154def921487ea20b898127e19dbc894'],
  [later, 'text', 300_000, '9f5c0d3638309fcaebd7fa8e412add7e'],
  [first, 'mixed', 400_000, 'ac506ad6e86a82bd41fad165065f4f83'],
  [later, 'mixed', 400_000, '4cf278d281e680e4603335410d6b2a36'],
  [first, 'drifting', 969_100, '276082b6478883f437b0413207a88bd2'],
  [second, 'drifting', 969_100, '5d872a0a31563210204ccf931a70574d'],
  [third, 'drifting', 969_100, 'e8da7b1ce8240d64f603feb10855bf90'],
  [first, 'mixed', 1_048_577, 'c71fe3cb40481be0ee02f8bcf8bdff6a'],
  [later, 'mixed', 1_048_577, '7940157c7d0ac920af749fe39cfc0e67'],
  [first, 'distant', 400_000, '85beae276c6861ca45a804040768832f'],
  [later, 'distant', 400_000, '9bac30e60c679edc3baa1401f231d21b'],
];

export const pgzipGoldens: readonly Golden[] = [
  [all, 'zeros', 0, '56061a2727129d03575feb70ff7d610c'],
  [all, 'zeros', 1, '3761a7115a08e3f0bdae3b48fcc5614a'],
  [all, 'random', 32, '69d5951845fca787bfd5746e1d541b39'],
  [all, 'text', 33, '812c0959c7112fa297b8d3cc3408657c'],
  [all, 'zeros', 127, '6288280b8e1af6ec77318f28afad1d9b'],
  [all, 'text', 127, '5976644570a690622a2136987548c343'],
  [first, 'drifting', 969_100, '97eee2db13b7c1459176cff8f8b05b95'],
  [second, 'drifting', 969_100, 'b0d87fb5e477d773dd74998bbd38aaa6'],
  [third, 'drifting', 969_100, '3c3c6f0613a87e03711e8beb04e82e09'],
  [first, 'zeros', 1_048_575, '12b23fe1a3366d53a8c24c1ca2b76486'],
  [later, 'zeros', 1_048_575, '9ed89c424aa415c24221ac13755b202d'],
  [first, 'text', 1_048_576, 'cf0130f602a23ca3df1b2f73d172a111'],
  [later, 'text', 1_048_576, 'f087c071be59c8eda217bfebebfbc4c7'],
  [first, 'mixed', 1_048_577, '65ae3093925692d9a3cd5688281db0b5'],
  [later, 'mixed', 1_048_577, '0b8a607e35758021430293808d31e0e7'],
  [all, 'copies', 1_114_143, '064094ab99ce2aecfd74b04d91cc0391'],
  [first, 'text', 2_097_152, 'd44da820fa88913af55f88f34cba2e12'],
  [later, 'text', 2_097_152, 'a4a864a5c63c7da08f2cb582d6403c2b'],
  [first, 'distant', 1_200_000, 'ccd15a2fb79c8d6d23b06217448b9a25'],
  [later, 'distant', 1_200_000, 'ddc598aec0000d33a97ac9d4e55b41e7'],
];

export const goGoldens: readonly (readonly [Kind, number, string])[] = [
  ['zeros', 0, '30e6fa98fb48c2b132824d1ac5e2243c'],
  ['zeros', 1, '5f4088ae07b059715283a98a408ce80f'],
  ['random', 32, '1e6122ba7c4bd9b4393bfec37fc90051'],
  ['text', 33, '170527e7097b0d1c18695b2248b7be3e'],
  ['zeros', 127, '15a31b2de4fd4108762ad92227005506'],
  ['text', 127, '6bfe4562c2232ec129595d7c1f3d3b43'],
  ['text', 128, 'c231522b70e86b0bf9352c19e821ece5'],
  ['random', 300, '0112609fb2db2727eff311a5e532f634'],
  ['text', 300, 'd5a806eb1560c5c08cd3f51ba0b572d0'],
  ['copies', 2_000, '357ae44a60386acacd0d81d810907d26'],
  ['skewed', 5_000, '06c8e96ccbdb15cbac6a462585cb5c30'],
  ['zeros', 65_535, '8c005a66389b624d92a4b2ed791d6450'],
  ['zeros', 65_536, 'c2da12e129405cc748810a45e00b4bee'],
  ['text', 65_535, '55b20f46453e78675e1b7b28ca25aad1'],
  ['letters', 65_536, 'c37dd4bbf883efec1821059f7b4f37f3'],
  ['skewed', 131_103, 'f5b82323371205448c61d5cd2f201e02'],
  ['random', 70_000, '553dec440fc954598307f10e71cb37c6'],
  ['copies', 200_000, 'df339f33a0ac5b17792a699535a1c64d'],
  ['text', 300_000, '9f9e206aac2813530b248c4e729e31ad'],
  ['mixed', 400_000, '180bcacff32777e5e3892d20cdf2ecf6'],
  ['drifting', 969_100, '94b851a2037ab6a1995acd14b13c8dfd'],
  ['mixed', 1_048_577, '33be0f613c048dcfb11e7382bb6f7b15'],
];
