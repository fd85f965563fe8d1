/** What reviews of any product speak of, and the words for it. */
import type { Language } from './language.js';

export interface Aspect {
  key: string;
  /** What it is called. */
  labels: Record<Language, string>;
  /** Words and phrases in lower case; one that ends with * stands for all that begin so. */
  words: Record<Language, string>;
}

const aspect = (key: string, labels: [string, string, string, string], en: string, de: string, es: string, zh: string): Aspect => ({
  key,
  labels: { en: labels[0], de: labels[1], es: labels[2], zh: labels[3] },
  words: { en, de, es, zh },
});

export const aspects: readonly Aspect[] = [
  aspect(
    'quality',
    ['quality', 'Qualität', 'calidad', '质量'],
    'quality, well made, well built, cheaply made, workmanship, craftsmanship, build quality',
    'qualität*, verarbeit*, hochwertig*, minderwertig*',
    'calidad*, acabado*',
    '质量, 品质, 做工, 质地, 材质差',
  ),
  aspect(
    'price',
    ['price', 'Preis', 'precio', '价格'],
    'price*, pricing, pricey, expensive, overpriced, cheap price, cost, costs, money, value, bargain, affordable, afford',
    'preis*, teuer*, teure, überteuert, günstig*, preiswert*, geld',
    'precio*, caro, cara, caros, barato*, barata*, dinero, económic*, relación calidad',
    '价格, 价钱, 性价比, 贵, 便宜, 实惠, 划算, 物超所值, 降价',
  ),
  aspect(
    'size',
    ['size', 'Größe', 'talla', '尺寸'],
    'size, sizes, sized, sizing, runs small, runs large, run small, run large, too small, too big, too large, petite, xs, length',
    'größe*, zu klein, zu groß, fällt klein, fällt groß, länge',
    'talla*, tamaño*, demasiado pequeñ*, demasiado grande, medidas',
    '尺寸, 尺码, 大小, 码数, 偏大, 偏小, 太大, 太小',
  ),
  aspect(
    'fit',
    ['fit', 'Passform', 'ajuste', '版型'],
    'fit, fits, fitted, fitting, snug, too tight, tight, too loose, loose, flattering, unflattering, boxy',
    'passform, passt, passen, sitzt, zu eng, zu weit, schnitt',
    'queda, quedan, ajuste*, ajusta, entallad*, apretad*, holgad*',
    '合身, 版型, 合适, 上身, 紧身, 宽松',
  ),
  aspect(
    'comfort',
    ['comfort', 'Komfort', 'comodidad', '舒适度'],
    'comfort*, comfy, uncomfortable, cozy, cosy',
    'komfort*, bequem*, unbequem*, tragekomfort, gemütlich*',
    'comodidad, cómod*, incómod*, confortable*',
    '舒服, 舒适, 舒适度, 不舒服',
  ),
  aspect(
    'material',
    ['material', 'Material', 'material', '材质'],
    'material*, fabric*, cotton, leather, wool, silk, polyester, plastic, metal, wood, stainless, see through, sheer',
    'material*, stoff*, baumwoll*, leder*, plastik*, kunststoff*, metall, holz',
    'material*, tela*, tejido*, algodón, cuero, plástic*, metal, madera',
    '材质, 材料, 面料, 布料, 棉, 皮质, 塑料, 金属, 木头',
  ),
  aspect(
    'color',
    ['color', 'Farbe', 'color', '颜色'],
    'color*, colour*, shade, pattern, print, prints',
    'farb*, muster',
    'color*, estampado*, tono',
    '颜色, 色彩, 色差, 花色, 掉色',
  ),
  aspect(
    'design',
    ['design', 'Design', 'diseño', '外观'],
    'design*, style, styling, look and feel, aesthetic*, appearance, looks good, looks great, looks cheap, stylish',
    'design*, optik*, aussehen, sieht gut aus, sieht toll aus, schick',
    'diseño*, aspecto, estética*, estilo',
    '外观, 外形, 设计, 款式, 样子, 外表, 造型',
  ),
  aspect(
    'battery',
    ['battery', 'Akku', 'batería', '电池'],
    'battery*, batteries, charge, charges, charged, charging, charger, recharge*',
    'akku*, batterie*, laden, ladezeit*, aufladen, ladegerät*',
    'batería*, carga, cargar, cargador*, autonomía',
    '电池, 续航, 充电, 待机, 充电器, 耗电',
  ),
  aspect(
    'sound',
    ['sound', 'Klang', 'sonido', '音质'],
    'sound*, audio, bass, treble, speaker, speakers, volume',
    'klang*, sound*, ton, bass, lautsprecher*, lautstärke',
    'sonido*, audio, bajos, altavoz*, volumen',
    '音质, 声音, 音效, 低音, 音箱, 喇叭, 音量',
  ),
  aspect(
    'noise',
    ['noise', 'Lautstärke', 'ruido', '噪音'],
    'noise, noisy, quiet, silent, loud',
    'geräusch*, leise, lärm, laut, lauter',
    'ruido*, ruidos*, silencios*',
    '噪音, 噪声, 静音, 吵, 安静',
  ),
  aspect(
    'screen',
    ['screen', 'Bildschirm', 'pantalla', '屏幕'],
    'screen*, display*, picture quality, resolution, monitor',
    'bildschirm*, display*, monitor*, auflösung',
    'pantalla*, resolución, monitor',
    '屏幕, 显示, 分辨率, 屏, 画面',
  ),
  aspect(
    'camera',
    ['camera', 'Kamera', 'cámara', '相机'],
    'camera*, photo, photos, picture, pictures, lens, zoom',
    'kamera*, foto, fotos, objektiv',
    'cámara*, foto, fotos, objetivo',
    '相机, 拍照, 照片, 摄像头, 镜头, 像素',
  ),
  aspect(
    'performance',
    ['performance', 'Leistung', 'rendimiento', '性能'],
    'performance, performs, speed, fast, slow, lag, laggy, powerful, power',
    'leistung*, geschwindigkeit, schnell, langsam, stark, power',
    'rendimiento, velocidad, rápid*, lent*, potencia, potente',
    '性能, 速度, 配置, 运行, 反应, 卡顿, 死机',
  ),
  aspect(
    'durability',
    ['durability', 'Haltbarkeit', 'durabilidad', '耐用性'],
    'durab*, sturdy, sturdiness, broke, broken, breaks, lasted, lasts, lasting, fell apart, falls apart, stopped working, ripped, tore, wear and tear',
    'haltbar*, langlebig*, stabil*, robust*, kaputt*, hält, gebrochen, abgebrochen',
    'durabilidad, durader*, resistente*, resistencia, rompió, roto, rota, dura, duró',
    '耐用, 结实, 坏了, 牢固, 断了, 寿命',
  ),
  aspect(
    'delivery',
    ['delivery', 'Lieferung', 'envío', '物流'],
    'deliver*, shipping, shipped, shipment, arrived, arrives, courier',
    'liefer*, versand*, zustellung, geliefert, angekommen, paketdienst',
    'envío*, entrega*, llegó, llegado, transporte, paquetería',
    '物流, 快递, 发货, 送货, 配送, 到货',
  ),
  aspect(
    'packaging',
    ['packaging', 'Verpackung', 'embalaje', '包装'],
    'packag*, packed, box, wrapping',
    'verpack*, karton, schachtel',
    'embalaje*, empaquet*, caja, embalado',
    '包装, 盒子, 纸箱, 外盒',
  ),
  aspect(
    'service',
    ['service', 'Service', 'servicio', '服务'],
    'service, support, customer service, staff, seller, vendor',
    'service, kundenservice, kundendienst, support, verkäufer*, händler*',
    'servicio*, atención, vendedor*, soporte',
    '服务, 客服, 售后, 态度, 卖家, 店家, 服务员, 前台',
  ),
  aspect(
    'returns',
    ['returns', 'Rückgabe', 'devoluciones', '退换货'],
    'return*, refund*, exchange, exchanged, money back, warranty, guarantee',
    'rückgabe*, rücksendung*, retoure*, zurückgeschickt, umtausch*, erstattung, garantie*, reklamation',
    'devol*, reembolso*, garantía*, cambio de',
    '退货, 退款, 换货, 退换, 保修, 返修',
  ),
  aspect(
    'ease-of-use',
    ['ease of use', 'Bedienung', 'facilidad de uso', '易用性'],
    'ease of use, easy to use, user friendly, simple to use, intuitive, instructions, manual, setup, set up, install*, complicated, confusing',
    'bedien*, handhabung, anleitung*, intuitiv*, einrichtung, aufbau*, montage*, installier*, kompliziert*',
    'fácil de usar, facilidad, instrucciones, manual, montaje, montar, instal*, intuitiv*, complicad*',
    '操作, 上手, 说明书, 安装, 使用方便, 简单易用, 好用, 难用',
  ),
  aspect(
    'cleaning',
    ['cleaning', 'Reinigung', 'limpieza', '清洁'],
    'clean, cleaning, cleans, dishwasher, wash, washing, washed, washes, laundry',
    'reinig*, spülmaschine*, waschen, gewaschen, wäsche, waschmaschine',
    'limpi*, lavar, lavado, lavavajillas, lavadora',
    '清洗, 清洁, 洗, 打扫, 卫生',
  ),
  aspect(
    'smell',
    ['smell', 'Geruch', 'olor', '气味'],
    'smell*, odor*, odour*, scent*, fragrance, stinks',
    'geruch*, riecht, duft*, stinkt, gestank',
    'olor*, huele, aroma*, fragancia',
    '味道大, 气味, 异味, 香味, 闻, 臭',
  ),
  aspect(
    'taste',
    ['taste', 'Geschmack', 'sabor', '口味'],
    'taste*, tasty, flavor*, flavour*, delicious',
    'geschmack*, schmeckt, lecker*',
    'sabor*, sabe a, delicios*',
    '口味, 味道, 好吃, 难吃, 口感',
  ),
  aspect(
    'weight',
    ['weight', 'Gewicht', 'peso', '重量'],
    'weight, lightweight, heavy, weighs',
    'gewicht*, schwer, federleicht',
    'peso, ligero, ligera, pesad*, pesa',
    '重量, 轻便, 沉, 太重',
  ),
  aspect(
    'temperature',
    ['temperature', 'Temperatur', 'temperatura', '温度'],
    'temperature*, heat, heats, hot, warm, warmth, cold, cool',
    'temperatur*, hitze, heiß*, warm*, kalt*, wärme',
    'temperatura*, calor, caliente*, calienta, frío',
    '温度, 发热, 发烫, 保暖, 散热, 暖和, 制冷',
  ),
  aspect(
    'connection',
    ['connection', 'Verbindung', 'conexión', '连接'],
    'connect*, bluetooth, wifi, wi, pairing, signal, wireless',
    'verbindung*, verbinden, bluetooth, wlan, signal, empfang',
    'conexión*, conecta*, bluetooth, wifi, señal',
    '连接, 蓝牙, 信号, 无线, 上网, 网络',
  ),
  aspect(
    'software',
    ['software', 'Software', 'software', '软件'],
    'software, app, apps, firmware, update, updates, menu, interface',
    'software, app, apps, firmware, update*, menü',
    'software, aplicación, app, actualización*, menú, interfaz',
    '软件, 系统, 应用, 更新, 驱动, 界面',
  ),
  aspect(
    'accessories',
    ['accessories', 'Zubehör', 'accesorios', '配件'],
    'accessor*, cable*, included, adapter, attachment*',
    'zubehör*, kabel*, adapter, aufsatz*',
    'accesorio*, cable*, adaptador*, incluye',
    '配件, 附件, 赠品, 数据线, 耳机',
  ),
  aspect(
    'story',
    ['story', 'Handlung', 'historia', '内容'],
    'story, plot, characters, character, writing, chapter*, ending',
    'handlung, geschichte, charaktere, figuren, schreibstil, ende des',
    'historia, trama, personajes, escritura, final',
    '内容, 故事, 情节, 人物, 文笔, 作者',
  ),
  aspect(
    'room',
    ['room', 'Zimmer', 'habitación', '房间'],
    'room, rooms, bed, beds, bathroom, breakfast, location',
    'zimmer*, bett*, bad, frühstück*, lage',
    'habitación*, cama*, baño*, desayuno*, ubicación',
    '房间, 床, 早餐, 位置, 酒店, 交通, 卫生间',
  ),
];

interface AspectWords {
  exact: ReadonlyMap<string, string>;
  /** Beginnings of words, by their first four letters. */
  beginnings: ReadonlyMap<string, readonly { beginning: string; key: string }[]>;
}

const byLanguage = new Map<Language, AspectWords>();
const beginningLength = 3;
const longestPhrase = 3;

function wordsIn(language: Language): AspectWords {
  let found = byLanguage.get(language);
  if (!found) byLanguage.set(language, (found = readAspects(language)));
  return found;
}

function readAspects(language: Language): AspectWords {
  const exact = new Map<string, string>();
  const beginnings = new Map<string, { beginning: string; key: string }[]>();
  for (const { key, words } of aspects) {
    for (const word of words[language].split(',').map((entry) => entry.trim())) {
      if (!word.endsWith('*')) exact.set(word, key);
      else {
        const beginning = word.slice(0, -1);
        const bucket = beginning.slice(0, beginningLength);
        beginnings.set(bucket, [...(beginnings.get(bucket) ?? []), { beginning, key }]);
      }
    }
  }
  return { exact, beginnings };
}

/** The aspects that a clause speaks of, each once. @param words the clause's, in lower case; for Chinese the clause whole */
export function aspectsIn(words: readonly string[], language: Language): string[] {
  const { exact, beginnings } = wordsIn(language);
  const found = new Set<string>();
  if (language === 'zh') {
    const clause = words.join('');
    for (const [word, key] of exact) if (clause.includes(word)) found.add(key);
    return [...found];
  }
  words.forEach((word, at) => {
    let phrase = word;
    for (let length = 1; length <= longestPhrase && at + length <= words.length; length++) {
      const key = exact.get(phrase);
      if (key !== undefined) found.add(key);
      phrase += ` ${words[at + length] ?? ''}`;
    }
    for (const { beginning, key } of beginnings.get(word.slice(0, beginningLength)) ?? []) if (word.startsWith(beginning)) found.add(key);
  });
  return [...found];
}

const keys = new Map(
  aspects.flatMap(({ key, labels }) => [key, ...Object.values(labels).map((label) => label.toLowerCase())].map((name) => [name, key])),
);

/** The aspect of a name in any of the languages; undefined where it is none. */
export function aspectNamed(name: string): string | undefined {
  return keys.get(name.trim().toLowerCase());
}

/** Whether a topic is the key of an aspect. */
export function isAspect(topic: string): boolean {
  return labels.has(topic);
}

const labels = new Map(aspects.map((entry) => [entry.key, entry.labels]));

/** What an aspect is called in a language; the key itself where it is a phrase from the reviews. */
export function labelOf(key: string, language: Language): string {
  return labels.get(key)?.[language] ?? key;
}
