import { setOf, valued, type Lexicon } from './lexicon.js';

export const spanish: Lexicon = {
  values: valued([
    [
      4,
      'excelente, excelentes, perfecto, perfecta, perfectos, perfectas, increíble, fantástico, fantástica, maravilloso, maravillosa, impecable, genial, espectacular, encanta, encantan, encantó, encantado, encantada, inmejorable, magnífico',
    ],
    [
      3,
      'recomiendo, recomendable, recomendado, recomendaría, satisfecho, satisfecha, resistente, robusto, duradero, cómodo, cómoda, cómodos, cómodas, bonito, bonita, bonitos, precioso, preciosa, rico, delicioso, contento, contenta, muy bien, muy bueno, muy buena, gran, estupendo, estupenda, merece la pena, vale la pena, supera',
    ],
    [
      2,
      'bueno, buena, buenos, buenas, buen, bien, fácil, fáciles, rápido, rápida, ligero, ligera, suave, práctico, práctica, útil, silencioso, barato, económico, correcto, correcta, agradable, sólido, elegante, funciona, cumple, ideal, gusta, gustó, gustan, adecuado, tal como se describe, puntual, amable, compacto, intuitivo, mejor, nítida, nítido',
    ],
    [1, 'aceptable, ok, normalito, decente'],
    [
      -1,
      'regular, pequeño, pequeña, ruidoso, ruidosa, caro, cara, pesado, pesada, lento, lenta, fino, estrecho, justo, básico, mediocre, incómodo, incómoda, duro',
    ],
    [
      -2,
      'desgraciadamente, lamentablemente, decepción, decepcionado, decepcionada, decepcionante, decepcionó, demasiado pequeño, demasiado grande, demasiado caro, demasiado fino, problema, problemas, devolver, devolví, devuelto, devolución, devolverlo, devolverla, tarde, retraso, rayado, rayada, débil, difícil, complicado, complicada, falta, faltaba, faltan, fallo, fallos, defecto, huele, olor, molesto, engañoso, pobre, floja, flojo, dejó de funcionar, no funciona, no vale, se calienta, pierde, gotea, encogió, destiñe, borroso, borrosa, se desgasta',
    ],
    [
      -3,
      'malo, mala, malos, malas, mal, malísimo, malísima, pésimo, pésima, horrible, terrible, fatal, roto, rota, rotos, rompió, rompe, rompieron, defectuoso, defectuosa, inútil, basura, estafa, peor, asco, nunca más, no lo recomiendo, no recomiendo, no comprar, no compréis, no lo compren, tirar el dinero, dinero tirado, desastre, falso, falsa, arrepiento, dañado, dañada, feo, fea, inservible',
    ],
    [0, 'no, son, fin, pena, solo, sin, con, como'],
  ]),
  negations: setOf('no nunca jamás sin ni nada ningún ninguna tampoco apenas poco poca'),
  degrees: {
    muy: 1.3,
    bastante: 1.1,
    tan: 1.2,
    súper: 1.4,
    super: 1.4,
    realmente: 1.3,
    totalmente: 1.4,
    demasiado: 1.2,
    extremadamente: 1.5,
    más: 1.1,
    mucho: 1.2,
    algo: 0.7,
    poco: 0.7,
    casi: 0.8,
    ligeramente: 0.6,
  },
  contrasts: /(?<!\p{L})(?:pero|aunque|sin embargo|lástima|excepto|desgraciadamente|sino)(?!\p{L})/giu,
  common: setOf(
    'a al algo algún alguna antes aquí así aunque bien buen buena bueno cada casi como compra compré comprado comprar con contra cosa cuando da de del desde después día días donde dos el ella ellos en entre era es esa ese eso esta está estaba están este esto estos estoy estrella estrellas fue ha hace hacer han hasta hay he la las le les lo los luego mas más me mejor menos mes meses mi mis mucha mucho muy nada ni no nos nosotros o os otra otro para parece pero poco por porque primera primero producto productos pues que qué quien quiero se según semana semanas ser si sí sido sin sobre solo sólo son su sus también tan tanto te tener tengo tiene tienen toda todas todo todos tras tres tu tuve un una unas uno unos usar uso va vale van veces vez y ya yo año años pedido llegó lleva llevo queda hizo cualquier además artículo momento recomiendo gran verdad',
  ),
};
